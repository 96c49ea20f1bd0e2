package io.tamor.jobs.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.jobs.config.KafkaOptions;
import io.tamor.jobs.config.TopicOptions;
import io.tamor.jobs.io.TestingKafkaBroker;
import io.tamor.schemas.SnapshotAction;
import io.tamor.schemas.SnapshotAnnouncement;
import io.tamor.schemas.wire.RecordWire;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaSnapshotAnnouncerITCase {
    private static final String TOPIC = "snapshots";

    @TempDir Path folder;

    @Test
    void whatWasAnnouncedBeforeAFailureIsNotAnnouncedAgainAndItsAnnouncerIsFenced()
            throws Exception {
        try (TestingKafkaBroker broker = new TestingKafkaBroker(folder)) {
            broker.create(TOPIC, 1);
            KafkaOptions kafka = new KafkaOptions(broker.bootstrap(), Map.of());
            SnapshotAnnouncer before = announcer(kafka, "a");
            before.announce(announcement("a", 1));
            before.announce(announcement("a", 2));
            try (SnapshotAnnouncer other = announcer(kafka, "b")) {
                other.announce(announcement("b", 9));
            }
            try (SnapshotAnnouncer after = announcer(kafka, "a")) {
                after.announce(announcement("a", 2));
                after.announce(announcement("a", 3));
                assertThatThrownBy(() -> before.announce(announcement("a", 3)))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("could not be announced on topic snapshots");
            }
            assertThat(announced(broker)).containsExactly("a1", "a2", "b9", "a3");
            before.close();
        }
    }

    @Test
    void oneWhoseTransactionalIdTheBrokerHasForgottenAnnouncesAllTheSame() throws Exception {
        Map<String, String> forgetful =
                Map.of(
                        "transactional.id.expiration.ms", "1000",
                        "transaction.remove.expired.transaction.cleanup.interval.ms", "500",
                        "producer.id.expiration.ms", "1000",
                        "producer.id.expiration.check.interval.ms", "500");
        try (TestingKafkaBroker broker = new TestingKafkaBroker(folder, forgetful)) {
            broker.create(TOPIC, 1);
            KafkaOptions kafka = new KafkaOptions(broker.bootstrap(), Map.of());
            try (SnapshotAnnouncer announcer = announcer(kafka, "a");
                    Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
                announcer.announce(announcement("a", 1));
                while (!admin.listTransactions().all().get().isEmpty()) {
                    Thread.sleep(100);
                }
                announcer.announce(announcement("a", 2));
            }
            assertThat(announced(broker)).containsExactly("a1", "a2");
        }
    }

    private static SnapshotAnnouncer announcer(KafkaOptions kafka, String model)
            throws IOException {
        return KafkaSnapshotAnnouncer.on(kafka, new TopicOptions(TOPIC, 1, null, false), model)
                .open();
    }

    private static List<String> announced(TestingKafkaBroker broker) throws Exception {
        RecordWire<SnapshotAnnouncement> wire = RecordWire.of(SnapshotAnnouncement.class);
        List<String> all = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : broker.committed(TOPIC, 1)) {
            SnapshotAnnouncement announcement = wire.decode(record.value());
            all.add(announcement.getModel() + announcement.getVersion());
        }
        return all;
    }

    private static SnapshotAnnouncement announcement(String model, long version) {
        return SnapshotAnnouncement.newBuilder()
                .setModel(model)
                .setVersion(version)
                .setAction(SnapshotAction.PUBLISH)
                .setUri("file:///" + version)
                .setManifestSha256("hash")
                .setParentVersion(null)
                .setEventTimeMs(version)
                .setSoftwareVersion("1")
                .build();
    }
}
