package io.tamor.jobs.learner;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.MergeOptions;
import io.tamor.jobs.config.TopicOptions;
import io.tamor.jobs.io.KafkaSinks;
import io.tamor.jobs.io.KafkaSources;
import io.tamor.jobs.io.OutgoingRecord;
import io.tamor.jobs.io.PacedSource;
import io.tamor.jobs.learner.logic.ModelSpecs;
import io.tamor.jobs.snapshot.KafkaSnapshotAnnouncer;
import io.tamor.jobs.snapshot.SnapshotCandidate;
import io.tamor.jobs.snapshot.SnapshotSink;
import java.util.UUID;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * The learning job: samples in; snapshots, changed user rows, metrics and refused records out. The
 * source is as parallel as the environment, the learner as its own options say; what makes and
 * publishes versions runs at parallelism 1, since there is one model.
 */
public final class LearningJob {
    /**
     * Milliseconds of processing time between two watermarks. Samples wait for the next one, and
     * the trainer then waits for them; with Flink's 200 it rested a quarter of the time.
     */
    private static final long WATERMARK_INTERVAL_MS = 5;

    private LearningJob() {}

    /**
     * Adds the job to an environment.
     *
     * @param bounded true: the job ends with the samples that are there when it starts, and its
     *     last version holds them all
     */
    public static void define(
            StreamExecutionEnvironment env, Deployment deployment, boolean bounded) {
        ModelSpecs.of(deployment); // a model that is none is told here, not by a failing task
        env.getConfig().setAutoWatermarkInterval(WATERMARK_INTERVAL_MS);
        ConsumedSampleSchema schema = new ConsumedSampleSchema(deployment.learner().startAtMs());
        DataStream<ConsumedSample> samples =
                env.fromSource(
                                paced(
                                        // A model that starts anew learns all that is kept, or all
                                        // from a time.
                                        KafkaSources.startingAt(
                                                deployment.kafka(),
                                                deployment.topics().samples(),
                                                deployment.name() + "-learner",
                                                schema,
                                                bounded,
                                                deployment.learner().startAtMs()),
                                        deployment.learner().merge()),
                                watermarks(deployment, bounded),
                                OperatorUids.SAMPLES_SOURCE,
                                schema.getProducedType())
                        .uid(OperatorUids.SAMPLES_SOURCE);
        build(samples, deployment, sinks(deployment));
    }

    private static Source<ConsumedSample, ?, ?> paced(
            Source<ConsumedSample, ?, ?> source, @Nullable MergeOptions merge) {
        return merge != null && merge.bounded()
                ? new PacedSource<>(source, merge.mostSamples())
                : source;
    }

    /** Adds what lies between the edges. */
    static void build(
            DataStream<ConsumedSample> samples, Deployment deployment, LearnerSinks sinks) {
        KeyedStream<ConsumedSample, String> byUser = samples.keyBy(sample -> sample.userId);
        MergeOptions merge = deployment.learner().merge();
        if (merge == null) {
            SingleOutputStreamOperator<SnapshotCandidate> learner =
                    byUser.transform(
                                    OperatorUids.LEARNER,
                                    TypeInformation.of(SnapshotCandidate.class),
                                    new OnlineLearnerOperator(deployment))
                            .uid(OperatorUids.LEARNER)
                            .setParallelism(1);
            publish(learner, sinks);
            reject(learner, sinks);
        } else {
            // Rounds rest on it that all learners have seen the same watermarks at a barrier.
            samples.getExecutionEnvironment()
                    .getCheckpointConfig()
                    .enableUnalignedCheckpoints(false);
            // New with every submission, the same for all its operators and restarts.
            String run = UUID.randomUUID().toString();
            SingleOutputStreamOperator<LearnerMessage> learners =
                    byUser.transform(
                                    OperatorUids.LEARNER,
                                    TypeInformation.of(LearnerMessage.class),
                                    new ReplicaLearnerOperator(deployment, merge, run))
                            .uid(OperatorUids.LEARNER)
                            .setParallelism(deployment.learner().parallelism());
            SingleOutputStreamOperator<SnapshotCandidate> merger =
                    learners.transform(
                                    OperatorUids.MERGER,
                                    TypeInformation.of(SnapshotCandidate.class),
                                    new ParameterMergerOperator(deployment, merge, run))
                            .uid(OperatorUids.MERGER)
                            .setParallelism(1)
                            // Learners may wait for what it merges.
                            .disableChaining();
            publish(merger, sinks);
            reject(learners, sinks);
        }
    }

    /** What is said of the model as a whole. */
    private static void publish(
            SingleOutputStreamOperator<SnapshotCandidate> model, LearnerSinks sinks) {
        model.sinkTo(sinks.snapshots())
                .uid(OperatorUids.SNAPSHOTS_SINK)
                .name(OperatorUids.SNAPSHOTS_SINK)
                .setParallelism(1);
        side(model, OnlineLearnerOperator.METRICS, sinks.metrics(), OperatorUids.METRICS_SINK);
        side(model, OnlineLearnerOperator.USER_ROWS, sinks.userRows(), OperatorUids.USER_ROWS_SINK);
    }

    private static void reject(SingleOutputStreamOperator<?> learner, LearnerSinks sinks) {
        side(learner, OnlineLearnerOperator.REJECTED, sinks.rejected(), OperatorUids.REJECTED_SINK);
    }

    private static void side(
            SingleOutputStreamOperator<?> learner,
            OutputTag<OutgoingRecord> tag,
            Sink<OutgoingRecord> sink,
            String uid) {
        // In a task of its own: sending is work too, and the learner's thread is the one that
        // everything waits for.
        learner.getSideOutput(tag)
                .sinkTo(sink)
                .uid(uid)
                .name(uid)
                .setParallelism(1)
                .disableChaining();
    }

    /** Behind a sample by the disorder allowed. */
    static WatermarkStrategy<ConsumedSample> watermarks(Deployment deployment, boolean bounded) {
        WatermarkStrategy<ConsumedSample> byMaturity =
                WatermarkStrategy.<ConsumedSample>forBoundedOutOfOrderness(
                                deployment.learner().disorder())
                        .withTimestampAssigner((sample, timestamp) -> sample.timestampMs);
        // A bounded partition ends instead of falling idle, so no clock takes part.
        return bounded ? byMaturity : byMaturity.withIdleness(deployment.eventTime().idle());
    }

    private static LearnerSinks sinks(Deployment deployment) {
        return new LearnerSinks(
                new SnapshotSink(
                        deployment.snapshots(),
                        KafkaSnapshotAnnouncer.on(
                                deployment.kafka(),
                                deployment.topics().snapshots(),
                                deployment.name())),
                topic(deployment, deployment.topics().metrics()),
                topic(deployment, deployment.topics().userBias()),
                topic(deployment, deployment.topics().rejected()));
    }

    private static Sink<OutgoingRecord> topic(Deployment deployment, TopicOptions topic) {
        return KafkaSinks.exactlyOnce(
                deployment.kafka(), topic, deployment.name() + "-learner-" + topic.name());
    }
}
