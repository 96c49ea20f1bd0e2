package io.tamor.jobs.snapshot;

import io.tamor.jobs.io.TestingKafkaBroker;
import io.tamor.model.snapshot.Manifest;
import io.tamor.model.snapshot.Parent;
import io.tamor.model.snapshot.SnapshotFolder;
import io.tamor.schemas.SnapshotAnnouncement;
import io.tamor.schemas.wire.RecordWire;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads all the while what a learner publishes: every folder it finds is verified by its hashes and
 * its place in the chain, every announcement that is committed is kept. What is wrong is told by
 * {@link #stop}.
 */
public final class TestingReader {
    private static final Duration POLL = Duration.ofMillis(5);

    private final SnapshotDirectory directory;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final TopicPartition topic;
    private final RecordWire<SnapshotAnnouncement> wire = RecordWire.of(SnapshotAnnouncement.class);
    private final SortedMap<Long, String> hashes = new TreeMap<>();
    private final SortedMap<Long, Manifest> manifests = new TreeMap<>();
    private final List<SnapshotAnnouncement> announced = new ArrayList<>();
    private final List<String> problems = new CopyOnWriteArrayList<>();
    private final Thread thread = new Thread(this::read, "snapshot-reader");
    private volatile boolean stopped;

    private TestingReader(TestingKafkaBroker broker, String topic, String directory)
            throws IOException {
        this.directory = SnapshotDirectory.at(directory);
        this.topic = new TopicPartition(topic, 0);
        this.consumer =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                broker.bootstrap(),
                                "isolation.level",
                                "read_committed"),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
    }

    /** Reads a topic of one partition and a directory from now on. */
    public static TestingReader start(TestingKafkaBroker broker, String topic, String directory)
            throws IOException {
        TestingReader reader = new TestingReader(broker, topic, directory);
        reader.thread.start();
        return reader;
    }

    /** Reads to the end of what is there by now; what it found wrong, empty for nothing. */
    public List<String> stop() throws InterruptedException {
        stopped = true;
        thread.join();
        hashes.forEach(
                (version, hash) -> {
                    if (announced.stream().noneMatch(a -> isFor(a, version, hash))) {
                        problems.add("version " + version + " was seen, but never announced");
                    }
                });
        return problems;
    }

    private static boolean isFor(SnapshotAnnouncement announcement, long version, String hash) {
        return announcement.getVersion() == version
                && announcement.getManifestSha256().equals(hash);
    }

    /** The announcements, in their order on the topic. */
    public List<SnapshotAnnouncement> announced() {
        return announced;
    }

    /** The manifests seen, by version; one that came and went between two looks is not there. */
    public SortedMap<Long, Manifest> manifests() {
        return manifests;
    }

    private void read() {
        try (consumer) {
            consumer.assign(List.of(topic));
            consumer.seekToBeginning(List.of(topic));
            boolean last;
            do {
                last = stopped;
                long end = consumer.endOffsets(List.of(topic)).get(topic);
                do {
                    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                        hear(wire.decode(record.value()));
                    }
                } while (last && consumer.position(topic) < end);
                for (long version : directory.published()) {
                    look(version);
                }
            } while (!last);
        } catch (Exception e) {
            problems.add("the reader failed: " + e);
        }
    }

    private void hear(SnapshotAnnouncement announcement) throws IOException {
        announced.add(announcement);
        long version = announcement.getVersion();
        look(version);
        String seen = hashes.get(version);
        if (seen != null && !seen.equals(announcement.getManifestSha256())) {
            problems.add("version " + version + " was announced with another hash than it has");
        }
    }

    private void look(long version) throws IOException {
        Path folder = directory.folder(version);
        FileSystem files = folder.getFileSystem();
        SnapshotFolder snapshot = new SnapshotFolder(new FlinkSnapshotStore(folder));
        try {
            String hash = snapshot.manifestSha256();
            String before = hashes.get(version);
            if (hash.equals(before)) {
                return;
            }
            Manifest manifest = snapshot.manifest();
            List<String> found = new ArrayList<>(snapshot.verify());
            if (before != null) {
                found.add("it had manifest " + before + ", now " + hash);
            }
            Parent parent = manifest.parent();
            String follows = hashes.get(version - 1);
            if (parent != null && follows != null && !parent.manifestSha256().equals(follows)) {
                found.add("its parent is " + parent + ", the version before was " + follows);
            }
            if (found.isEmpty()) {
                hashes.put(version, hash);
                manifests.put(version, manifest);
            } else if (files.exists(folder)) {
                problems.add("version " + version + ": " + found);
            }
        } catch (IOException e) {
            // Retention may take it away while it is looked at, but only whole.
            if (files.exists(folder)) {
                problems.add("version " + version + ": " + e);
            }
        }
    }
}
