package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.JobEnvironment;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.config.TopicOptions;
import io.tamor.jobs.io.TestingKafkaBroker;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.RawEvent;
import io.tamor.jobs.verify.logic.BatchOracle;
import io.tamor.schemas.RejectedRecord;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.RecordWire;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The whole job on a real broker: RocksDB, checkpoints, a failure, transactions. */
final class TimelineJobITCase {
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

    @TempDir Path folder;

    @Test
    void committedSamplesAreTheOraclesInSpiteOfAFailureAndNoise() throws Exception {
        try (TestingKafkaBroker broker = new TestingKafkaBroker(folder.resolve("broker"))) {
            Deployment deployment = deployment(broker.bootstrap());
            for (TopicOptions topic : deployment.topics().all()) {
                broker.create(topic.name(), topic.partitions());
            }
            List<TestingEvent> events = events();
            RecordMetadata noise = produce(broker, deployment, events);

            JobExecutionResult result = run(deployment);

            assertThat(FailOnce.FAILED).as("the failure took place").isTrue();
            BatchOracle oracle = BatchOracle.of(deployment, TestingEvent.plain(events));
            List<Sample> samples = samples(broker, deployment.topics().samples());
            assertThat(samples.stream().map(Sample::toString).sorted())
                    .isEqualTo(oracle.samples().stream().map(Sample::toString).sorted().toList());
            List<RejectedRecord> rejected = rejected(broker, deployment.topics().rejected());
            assertThat(rejected).hasSize(oracle.rejected().size() + 1);
            assertThat(rejected)
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
                    .isEqualTo(samples.size());
            assertThat(result.<Long>getAccumulatorResult("timeline.pending.impressions")).isZero();
        }
    }

    private JobExecutionResult run(Deployment deployment) throws Exception {
        Configuration configuration = JobEnvironment.configure(deployment);
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 2);
        configuration.set(
                RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY,
                java.time.Duration.ofMillis(100));
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        List<DataStream<RawEvent>> streams =
                new ArrayList<>(TimelineJob.read(environment, deployment, true));
        FailOnce.FAILED.set(false);
        streams.set(
                EventKind.CLICK.code(),
                streams.get(EventKind.CLICK.code())
                        .map(new FailOnce())
                        .returns(RawEventSerializer.TYPE)
                        .uid("fail-once"));
        TimelineJob.write(TimelineJob.build(streams, deployment), deployment);
        return environment.execute("timeline");
    }

    private Deployment deployment(String bootstrap) {
        return DeploymentReader.parse(
                "deployment.yaml",
                TestingDeployments.text()
                        .replace("localhost:9092", bootstrap)
                        .replace("tasks:\n", POPULATION + "tasks:\n")
                        .replace("checkpoint_interval: 5 s", "checkpoint_interval: 150 ms")
                        .replace("file:///tmp/tamor", folder.toUri().toString()));
    }

    private static List<TestingEvent> events() {
        List<TestingEvent> events = new ArrayList<>();
        for (int seed = 0; seed < 60; seed++) {
            for (TestingEvent event : TimelineCase.of(seed).events()) {
                events.add(event.of("group-" + seed + "-"));
            }
        }
        return events;
    }

    /** Sends all events in an order within the disorder, and one record that is no click. */
    private static RecordMetadata produce(
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

    private static List<Sample> samples(TestingKafkaBroker broker, TopicOptions topic)
            throws Exception {
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

    /** Passes events on; fails when it first hears of a completed checkpoint. */
    private static final class FailOnce
            implements MapFunction<RawEvent, RawEvent>, CheckpointListener {
        static final AtomicBoolean FAILED = new AtomicBoolean();

        @Override
        public RawEvent map(RawEvent event) {
            return event;
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) {
            if (FAILED.compareAndSet(false, true)) {
                throw new IllegalStateException("failing once, on purpose");
            }
        }
    }
}
