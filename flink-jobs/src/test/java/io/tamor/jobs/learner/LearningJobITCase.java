package io.tamor.jobs.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.TestingSamples;
import io.tamor.jobs.snapshot.Sha256;
import io.tamor.jobs.snapshot.SnapshotSink;
import io.tamor.schemas.LearnerMetrics;
import io.tamor.schemas.Sample;
import io.tamor.schemas.SnapshotAnnouncement;
import io.tamor.schemas.UserBiasRow;
import io.tamor.schemas.wire.RecordWire;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class LearningJobITCase {
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
        assertThat(disturbed.modelSha256()).isEqualTo(undisturbed.modelSha256());
        assertThat(disturbed.userRows()).isEqualTo(undisturbed.userRows());
        assertThat(disturbed.metrics()).isEqualTo(undisturbed.metrics());
        assertThat(disturbed.metrics()).isNotEmpty();
    }

    private record Outcome(
            String modelSha256, Map<String, List<Byte>> userRows, List<LearnerMetrics> metrics) {}

    private Outcome run(String run, int failures, int sourceParallelism) throws Exception {
        Deployment deployment = TestingSamples.deployment(folder.resolve(run), 32);
        List<Sample> samples = TestingSamples.generate(deployment, 1500, 17);
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration());
        env.enableCheckpointing(50);
        LearningJob.build(
                env.fromSource(
                                TestingStreams.source(samples, 100),
                                WatermarkStrategy.<ConsumedSample>forBoundedOutOfOrderness(
                                                Duration.ofHours(1))
                                        .withTimestampAssigner((s, t) -> s.timestampMs),
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
        assertThat(versions).hasSizeGreaterThan(2).doesNotHaveDuplicates().isSorted();
        int kept = Math.min(announced.size(), deployment.snapshots().keep());
        for (SnapshotAnnouncement a : announced.subList(announced.size() - kept, versions.size())) {
            byte[] manifest =
                    Files.readAllBytes(Path.of(URI.create(a.getUri() + "/manifest.json")));
            assertThat(Sha256.hex(manifest)).isEqualTo(a.getManifestSha256());
        }
        String last = announced.get(announced.size() - 1).getUri();
        byte[] model = Files.readAllBytes(Path.of(URI.create(last + "/model.safetensors")));
        return new Outcome(Sha256.hex(model), userRows(run), lastMetrics(run));
    }

    private static Map<String, List<Byte>> userRows(String run) throws Exception {
        RecordWire<UserBiasRow> wire = RecordWire.of(UserBiasRow.class);
        Map<String, List<Byte>> rows = new TreeMap<>();
        for (TopicRecord record : TestingStreams.records(run, "user-bias")) {
            List<Byte> values = new ArrayList<>();
            for (byte b : wire.decode(record.value).getValues().array()) {
                values.add(b);
            }
            rows.put(new String(record.key, StandardCharsets.UTF_8), values);
        }
        return rows;
    }

    private static List<LearnerMetrics> lastMetrics(String run) throws Exception {
        RecordWire<LearnerMetrics> wire = RecordWire.of(LearnerMetrics.class);
        List<LearnerMetrics> all = new ArrayList<>();
        for (TopicRecord record : TestingStreams.records(run, "metrics")) {
            all.add(wire.decode(record.value));
        }
        long last = all.get(all.size() - 1).getSamples();
        return all.stream().filter(m -> m.getCumulative() && m.getSamples() == last).toList();
    }
}
