package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.TopicOptions;
import io.tamor.jobs.io.TestingKafkaBroker;
import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.RecordWire;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** The timeline's topics on a real broker: events onto them, samples off them. */
final class TestingTopics {
    private TestingTopics() {}

    /** The events of the first cases, each with users of its own. */
    static List<TestingEvent> events(int cases) {
        List<TestingEvent> events = new ArrayList<>();
        for (int seed = 0; seed < cases; seed++) {
            for (TestingEvent event : TimelineCase.of(seed).events()) {
                events.add(event.of("group-" + seed + "-"));
            }
        }
        return events;
    }

    /**
     * Sends all events in an order within the disorder, and one record that is no click: where it
     * is.
     */
    static RecordMetadata produce(
            TestingKafkaBroker broker, Deployment deployment, List<TestingEvent> events)
            throws Exception {
        long disorder = deployment.eventTime().disorder().toMillis();
        Random random = new Random(11);
        record Arrival(long at, TestingEvent event) {}
        List<Arrival> arrivals = new ArrayList<>();
        for (TestingEvent event : events) {
            arrivals.add(new Arrival(event.timeMs() + random.nextLong(disorder + 1), event));
        }
        arrivals.sort(Comparator.comparingLong(Arrival::at));
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        Future<RecordMetadata> noise = null;
        try (KafkaProducer<byte[], byte[]> producer = broker.producer()) {
            for (int i = 0; i < arrivals.size(); i++) {
                TestingEvent event = arrivals.get(i).event();
                byte[] key = event.user().getBytes(StandardCharsets.UTF_8);
                sent.add(
                        producer.send(
                                new ProducerRecord<>(
                                        event.kind().topic(deployment.topics()).name(),
                                        null,
                                        event.timeMs(),
                                        key,
                                        event.bytes())));
                if (i == arrivals.size() / 2) {
                    noise =
                            producer.send(
                                    new ProducerRecord<>(
                                            "clicks",
                                            null,
                                            // A claim far ahead, to move no watermark.
                                            1_700_000_000_000L,
                                            key,
                                            "noise".getBytes(StandardCharsets.UTF_8)));
                }
            }
            for (Future<RecordMetadata> one : sent) {
                one.get();
            }
            return noise.get();
        }
    }

    /** What is committed, with the keys and timestamps of samples. */
    static List<Sample> samples(TestingKafkaBroker broker, TopicOptions topic) throws Exception {
        RecordWire<Sample> wire = RecordWire.of(Sample.class);
        List<Sample> samples = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record :
                broker.committed(topic.name(), topic.partitions())) {
            Sample sample = wire.decode(record.value());
            assertThat(record.timestamp()).isEqualTo(sample.getMaturedAtMs());
            assertThat(record.key()).asString(StandardCharsets.UTF_8).isEqualTo(sample.getUserId());
            samples.add(sample);
        }
        return samples;
    }
}
