package io.tamor.jobs.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.io.OutgoingRecord;
import io.tamor.jobs.learner.logic.TestingSamples;
import io.tamor.jobs.snapshot.FlinkSnapshotStore;
import io.tamor.jobs.snapshot.SnapshotSink;
import io.tamor.model.snapshot.Snapshot;
import io.tamor.model.snapshot.SnapshotFolder;
import io.tamor.schemas.LearnerMetrics;
import io.tamor.schemas.Sample;
import io.tamor.schemas.SnapshotAnnouncement;
import io.tamor.schemas.UserBiasRow;
import io.tamor.schemas.wire.RecordWire;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class LearningJobITCase {
    private static final int SAMPLES = 1500;

    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(2)
                            .build());

    @TempDir Path folder;

    @Test
    void aRunWithFailuresEndsWithTheModelOfTheUndisturbedRunBitForBit() throws Exception {
        Outcome undisturbed = run("undisturbed", 0, 1);
        Outcome disturbed = run("disturbed", 2, 2);
        assertThat(TestingStreams.failures("disturbed")).isEqualTo(2);
        assertThat(disturbed.model()).isEqualTo(undisturbed.model());
        assertThat(disturbed.userRows()).isEqualTo(undisturbed.userRows());
        assertThat(disturbed.metrics()).isEqualTo(undisturbed.metrics());
        assertThat(disturbed.metrics()).isNotEmpty();
    }

    private record Outcome(
            Map<String, List<Float>> model,
            Map<String, List<Byte>> userRows,
            List<LearnerMetrics> metrics) {}

    private Outcome run(String run, int failures, int sourceParallelism) throws Exception {
        Deployment deployment = TestingSamples.deployment(folder.resolve(run), 32);
        List<Sample> samples = TestingSamples.generate(deployment, SAMPLES, 17);
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration());
        env.enableCheckpointing(50);
        LearningJob.build(
                env.fromSource(
                                TestingStreams.source(samples, 100),
                                TestingStreams.watermarks(),
                                "source")
                        .uid("source")
                        .setParallelism(sourceParallelism)
                        .map(new TestingStreams.FailingMap(run, failures, 3))
                        .uid("failing")
                        .setParallelism(sourceParallelism),
                deployment,
                new LearnerSinks(
                        new SnapshotSink(deployment.snapshots(), TestingStreams.announcers(run)),
                        TestingStreams.sink(run, "metrics"),
                        TestingStreams.sink(run, "user-bias"),
                        TestingStreams.sink(run, "rejected")));
        env.execute(run);
        assertThat(TestingStreams.records(run, "rejected")).isEmpty();
        return outcome(run, deployment);
    }

    private static Configuration configuration() {
        Configuration configuration = new Configuration();
        configuration.setString("state.backend.type", "rocksdb");
        configuration.setString("pipeline.generic-types", "false");
        configuration.setString("pipeline.auto-generate-uids", "false");
        configuration.setString("restart-strategy.type", "fixed-delay");
        configuration.setString("restart-strategy.fixed-delay.attempts", "3");
        configuration.setString("restart-strategy.fixed-delay.delay", "0 s");
        return configuration;
    }

    private static Outcome outcome(String run, Deployment deployment) throws Exception {
        List<SnapshotAnnouncement> announced = TestingStreams.announced(run);
        List<Long> versions = announced.stream().map(SnapshotAnnouncement::getVersion).toList();
        assertThat(versions).hasSizeGreaterThan(1).doesNotHaveDuplicates().isSorted();
        int kept = Math.min(announced.size(), deployment.snapshots().keep());
        for (SnapshotAnnouncement a : announced.subList(announced.size() - kept, versions.size())) {
            assertThat(folder(a).verify()).isEmpty();
        }
        SnapshotAnnouncement last = announced.get(announced.size() - 1);
        Snapshot model = folder(last).load(last.getManifestSha256());
        assertThat(model.manifest().progress().samples()).isEqualTo(SAMPLES);
        return new Outcome(TestingSnapshots.values(model), userRows(run), lastMetrics(run));
    }

    private static SnapshotFolder folder(SnapshotAnnouncement announcement) throws IOException {
        return new SnapshotFolder(
                new FlinkSnapshotStore(new org.apache.flink.core.fs.Path(announcement.getUri())));
    }

    private static Map<String, List<Byte>> userRows(String run) throws Exception {
        RecordWire<UserBiasRow> wire = RecordWire.of(UserBiasRow.class);
        Map<String, List<Byte>> rows = new TreeMap<>();
        for (OutgoingRecord record : TestingStreams.records(run, "user-bias")) {
            List<Byte> values = new ArrayList<>();
            for (byte b : wire.decode(record.value()).getValues().array()) {
                values.add(b);
            }
            rows.put(record.key(), values);
        }
        return rows;
    }

    private static List<LearnerMetrics> lastMetrics(String run) throws Exception {
        RecordWire<LearnerMetrics> wire = RecordWire.of(LearnerMetrics.class);
        List<LearnerMetrics> all = new ArrayList<>();
        for (OutgoingRecord record : TestingStreams.records(run, "metrics")) {
            all.add(wire.decode(record.value()));
        }
        long last = all.get(all.size() - 1).getSamples();
        return all.stream().filter(m -> m.getCumulative() && m.getSamples() == last).toList();
    }
}
