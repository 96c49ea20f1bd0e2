package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.JobEnvironment;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.config.TopicOptions;
import io.tamor.jobs.io.OutgoingRecord;
import io.tamor.jobs.io.TestingKafkaBroker;
import io.tamor.jobs.kill.FaultyMap;
import io.tamor.jobs.kill.TestingCluster;
import io.tamor.jobs.kill.TestingFaults;
import io.tamor.jobs.kill.TestingSeeds;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.RawEvent;
import io.tamor.jobs.verify.logic.BatchOracle;
import io.tamor.schemas.RejectedRecord;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.RecordWire;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The whole job on a real broker, killed at random points: RocksDB, checkpoints, transactions, two
 * subtasks. Afterwards what is committed is what the oracle says, and nothing else.
 */
final class TimelineJobITCase {
    private static final int HANDFUL = 4;
    private static final int CASES = 60;

    /** How often a point may be reached before it fails. */
    private static final Map<String, Integer> POINTS =
            Map.of(
                    FaultyMap.RECORD, 1500,
                    FaultyMap.LOST, 1500,
                    FaultyMap.SNAPSHOT, 4,
                    FaultyMap.COMPLETE, 4);

    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(2)
                            .build());

    /** Features over all users: both stages in front of the users' timelines. */
    private static final String POPULATION =
            """
              - {name: item_ctr, side: item, type: dense, aggregate: {function: rate, of: clicks, per: impressions, over: 2 d, same: item, users: all, smoothing: {rate: 0.1, weight: 5}}}
              - {name: line_sum, side: item, type: dense, aggregate: {function: sum, of: investments, over: 1 d, same: scenario, users: all}}
            """;

    @TempDir static Path folder;
    private static TestingKafkaBroker broker;
    private static List<TestingEvent> events;
    private static RecordMetadata noise;

    @BeforeAll
    static void produce(@InjectMiniCluster MiniCluster cluster) throws Exception {
        TestingCluster.use(cluster);
        broker = new TestingKafkaBroker(folder.resolve("broker"));
        Deployment inputs = deployment("inputs");
        for (EventKind kind : EventKind.values()) {
            TopicOptions topic = kind.topic(inputs.topics());
            broker.create(topic.name(), topic.partitions());
        }
        events = TestingTopics.events(CASES);
        noise = TestingTopics.produce(broker, inputs, events);
    }

    @AfterAll
    static void stopBroker() throws Exception {
        broker.close();
    }

    static IntStream seeds() {
        return TestingSeeds.seeds(HANDFUL);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void committedSamplesAreTheOraclesInSpiteOfFailuresAndNoise(int seed) throws Exception {
        String name = "killed-" + seed;
        Deployment deployment = deployment(name);
        for (TopicOptions topic :
                List.of(deployment.topics().samples(), deployment.topics().rejected())) {
            broker.create(topic.name(), topic.partitions());
        }
        TestingFaults faults = TestingFaults.drawn(name, seed, 1 + seed % 3, POINTS);

        JobExecutionResult result = run(deployment, faults, seed);

        String which = "seed " + seed + ", " + faults;
        assertThat(faults.fired()).as(which).isPositive();
        BatchOracle oracle = BatchOracle.of(deployment, TestingEvent.plain(events));
        List<Sample> samples = TestingTopics.samples(broker, deployment.topics().samples());
        assertThat(samples.stream().map(Sample::toString).sorted())
                .as(which)
                .isEqualTo(oracle.samples().stream().map(Sample::toString).sorted().toList());
        List<RejectedRecord> rejected = rejected(broker, deployment.topics().rejected());
        assertThat(rejected).as(which).hasSize(oracle.rejected().size() + 1);
        assertThat(rejected)
                .as(which)
                .filteredOn(r -> r.getCause() == RejectionCause.UNDECODABLE)
                .singleElement()
                .satisfies(
                        r -> {
                            assertThat(r.getTopic()).isEqualTo("clicks");
                            assertThat(r.getPartition()).isEqualTo(noise.partition());
                            assertThat(r.getOffset()).isEqualTo(noise.offset());
                            assertThat(r.getPayload().array())
                                    .asString(StandardCharsets.UTF_8)
                                    .isEqualTo("noise");
                        });
        assertThat(result.<Long>getAccumulatorResult("timeline.samples"))
                .as(which)
                .isEqualTo(samples.size());
        assertThat(result.<Long>getAccumulatorResult("timeline.pending.impressions"))
                .as(which)
                .isZero();
    }

    private static JobExecutionResult run(Deployment deployment, TestingFaults faults, int seed)
            throws Exception {
        Configuration configuration = JobEnvironment.configure(deployment);
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 10);
        configuration.set(
                RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(1));
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        List<DataStream<RawEvent>> streams =
                new ArrayList<>(TimelineJob.read(environment, deployment, true));
        streams.set(
                seed % streams.size(),
                streams.get(seed % streams.size())
                        .map(new FaultyMap<>(faults))
                        .returns(RawEventSerializer.TYPE)
                        .uid("faulty-events"));
        SingleOutputStreamOperator<OutgoingRecord> samples = TimelineJob.build(streams, deployment);
        TimelineJob.write(samples, deployment);
        // In the same task as the timeline, so that it fails with it.
        samples.map(new FaultyMap<>(faults))
                .returns(OutgoingRecord.TYPE)
                .uid("faulty-samples")
                .sinkTo(new DiscardingSink<>())
                .uid("discarded");
        return environment.execute(deployment.name());
    }

    private static Deployment deployment(String name) {
        return DeploymentReader.parse(
                name,
                TestingDeployments.text()
                        .replace("tasks:\n", POPULATION + "tasks:\n")
                        .replace("name: example", "name: " + name)
                        .replace("name: samples,", "name: samples-" + name + ",")
                        .replace("name: rejected,", "name: rejected-" + name + ",")
                        .replace("localhost:9092", broker.bootstrap())
                        .replace("checkpoint_interval: 5 s", "checkpoint_interval: 30 ms")
                        .replace("file:///tmp/tamor", folder.resolve(name).toUri().toString()));
    }

    private static List<RejectedRecord> rejected(TestingKafkaBroker broker, TopicOptions topic)
            throws Exception {
        RecordWire<RejectedRecord> wire = RecordWire.of(RejectedRecord.class);
        List<RejectedRecord> rejected = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record :
                broker.committed(topic.name(), topic.partitions())) {
            rejected.add(wire.decode(record.value()));
        }
        return rejected;
    }
}
