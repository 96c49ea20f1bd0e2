package io.tamor.jobs.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.jobs.config.KafkaOptions;
import io.tamor.jobs.config.TopicOptions;
import io.tamor.schemas.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading topics of a real broker that do not hold what a reader wants. */
final class CommittedRecordsITCase {
    private static final TopicOptions TOPIC = new TopicOptions("samples", 1, null, false);
    private static final TopicPartition PARTITION = new TopicPartition("samples", 0);

    @TempDir Path folder;
    private TestingKafkaBroker broker;
    private CommittedRecords topics;

    @BeforeEach
    void start() throws Exception {
        broker = new TestingKafkaBroker(folder);
        broker.create("samples", 1);
        topics = new CommittedRecords(new KafkaOptions(broker.bootstrap(), Map.of()));
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    /** More records than are fetched at a time, all deleted while the first one is looked at. */
    @Test
    void whatIsDeletedBeforeItIsReadIsAnErrorThatSaysWhere() throws Exception {
        int count = 60;
        produce(new byte[900_000], count);
        List<Long> read = new ArrayList<>();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            assertThatThrownBy(
                            () ->
                                    topics.forEach(
                                            TOPIC,
                                            record -> {
                                                if (read.isEmpty()) {
                                                    deleteAll(admin, count);
                                                }
                                                read.add(record.offset());
                                            }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("topic samples, partition 0, offset ")
                    .hasMessageContaining("deleted before it was read; run again");
        }
        assertThat(read).hasSizeBetween(1, count - 1);
    }

    @Test
    void aRecordWithoutAValueIsNoSample() throws Exception {
        produce(null, 1);
        assertThatThrownBy(() -> topics.decoded(TOPIC, Sample.class, sample -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("topic samples, partition 0, offset 0 is no readable Sample");
    }

    private static void deleteAll(Admin admin, int count) {
        try {
            admin.deleteRecords(Map.of(PARTITION, RecordsToDelete.beforeOffset(count))).all().get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void produce(byte[] value, int count) throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = broker.producer()) {
            for (int i = 0; i < count; i++) {
                sent.add(producer.send(new ProducerRecord<>("samples", value)));
            }
            for (Future<RecordMetadata> one : sent) {
                one.get();
            }
        }
    }
}
