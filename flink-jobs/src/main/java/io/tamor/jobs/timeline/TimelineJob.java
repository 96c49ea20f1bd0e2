package io.tamor.jobs.timeline;

import io.tamor.jobs.config.ConfigurationException;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.TopicOptions;
import io.tamor.jobs.io.KafkaSinks;
import io.tamor.jobs.io.KafkaSources;
import io.tamor.jobs.io.OutgoingRecord;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.RawEvent;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.MultipleConnectedStreams;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.transformations.KeyedMultipleInputTransformation;
import org.apache.flink.util.OutputTag;

/**
 * Events to samples: four Kafka topics, one shuffle by user, one operator, samples and rejected
 * records in Kafka transactions. Where features count all users' events, impressions pass {@link
 * PopulationStage} first.
 */
public final class TimelineJob {
    /** Side output of {@link #build}: labels that late outcomes changed. */
    public static final OutputTag<OutgoingRecord> CORRECTIONS = UserTimelineOperator.CORRECTIONS;

    /** Side output of {@link #build}: records that cannot be used. */
    public static final OutputTag<OutgoingRecord> REJECTED = UserTimelineOperator.REJECTED;

    private TimelineJob() {}

    /**
     * Wires the job of a deployment into the environment.
     *
     * @param bounded ends at what the topics hold when it starts; every pending label then closes
     */
    public static void define(
            StreamExecutionEnvironment environment, Deployment deployment, boolean bounded) {
        requireStreaming(environment);
        write(build(read(environment, deployment, bounded), deployment), deployment);
    }

    /**
     * Wires the job over files of the past in place of the topics.
     *
     * @param folder of each stream {@code STREAM.avro} or a folder {@code STREAM} of Avro container
     *     files, in any order
     * @param bounded ends with the files, which closes every label; otherwise nothing closes, and a
     *     savepoint hands all to the job over the topics
     */
    public static void defineOverFiles(
            StreamExecutionEnvironment environment,
            Deployment deployment,
            URI folder,
            boolean bounded) {
        requireStreaming(environment);
        write(
                build(EventFiles.read(environment, deployment, folder, bounded), deployment),
                deployment);
    }

    private static void requireStreaming(StreamExecutionEnvironment environment) {
        RuntimeExecutionMode mode =
                environment.getConfiguration().get(ExecutionOptions.RUNTIME_MODE);
        if (mode != RuntimeExecutionMode.STREAMING) {
            throw new ConfigurationException(
                    ExecutionOptions.RUNTIME_MODE.key(),
                    List.of(
                            "wanted STREAMING, was "
                                    + mode
                                    + ": in batch mode samples leave user by user, and the learner"
                                    + " needs them in the order of maturity; leave the option out,"
                                    + " a bounded run ends by itself"));
        }
    }

    /** The consumer group that the sources commit their offsets to, with each checkpoint. */
    public static String group(Deployment deployment) {
        return deployment.name() + "-timeline";
    }

    /** The four topics, in the order of {@link EventKind}. */
    static List<DataStream<RawEvent>> read(
            StreamExecutionEnvironment environment, Deployment deployment, boolean bounded) {
        List<DataStream<RawEvent>> events = new ArrayList<>();
        for (EventKind kind : EventKind.values()) {
            events.add(
                    environment
                            .fromSource(
                                    KafkaSources.of(
                                            deployment.kafka(),
                                            kind.topic(deployment.topics()),
                                            group(deployment),
                                            reader(kind, deployment),
                                            bounded),
                                    EventWatermarks.strategy(deployment.eventTime(), bounded),
                                    OperatorUids.source(kind),
                                    RawEventSerializer.TYPE)
                            .uid(OperatorUids.source(kind)));
        }
        return events;
    }

    /** How the job reads one of its four topics. */
    public static KafkaRecordDeserializationSchema<RawEvent> reader(
            EventKind kind, Deployment deployment) {
        return new EventDeserializer(kind, deployment);
    }

    /** Samples, rejected records and, where there are any, corrections to their topics. */
    static void write(SingleOutputStreamOperator<OutgoingRecord> samples, Deployment deployment) {
        samples.sinkTo(
                        KafkaSinks.exactlyOnceByKeyGroup(
                                deployment.kafka(),
                                deployment.topics().samples(),
                                deployment.name() + "-samples",
                                deployment.flink().maxParallelism()))
                .uid(OperatorUids.SAMPLES)
                .name(OperatorUids.SAMPLES);
        samples.getSideOutput(REJECTED)
                .sinkTo(
                        KafkaSinks.exactlyOnce(
                                deployment.kafka(),
                                deployment.topics().rejected(),
                                deployment.name() + "-rejected"))
                .uid(OperatorUids.REJECTED)
                .name(OperatorUids.REJECTED);
        TopicOptions corrections = deployment.topics().corrections();
        if (corrections != null) {
            samples.getSideOutput(CORRECTIONS)
                    .sinkTo(
                            KafkaSinks.exactlyOnce(
                                    deployment.kafka(),
                                    corrections,
                                    deployment.name() + "-corrections"))
                    .uid(OperatorUids.CORRECTIONS)
                    .name(OperatorUids.CORRECTIONS);
        }
    }

    /**
     * The job without its edges.
     *
     * @param events one stream for each {@link EventKind}, in that order, with watermarks
     * @return samples, encoded; the side outputs {@link #REJECTED} and {@link #CORRECTIONS} hold
     *     rejected records and corrections
     */
    public static SingleOutputStreamOperator<OutgoingRecord> build(
            List<? extends DataStream<RawEvent>> events, Deployment deployment) {
        if (events.size() != EventKind.values().length) {
            throw new IllegalArgumentException(
                    "events: wanted a stream for each of impressions, clicks, conversions,"
                            + " investments, found "
                            + events.size());
        }
        StreamExecutionEnvironment environment = events.get(0).getExecutionEnvironment();
        List<DataStream<RawEvent>> told = PopulationStage.told(events, deployment);
        KeyedMultipleInputTransformation<OutgoingRecord> timeline =
                new KeyedMultipleInputTransformation<>(
                        OperatorUids.USER_TIMELINE,
                        new UserTimelineOperatorFactory(deployment),
                        OutgoingRecord.TYPE,
                        environment.getParallelism(),
                        Types.STRING);
        for (DataStream<RawEvent> stream : told) {
            timeline.addInput(
                    stream.keyBy(RawEvent::userId, Types.STRING).getTransformation(),
                    (KeySelector<RawEvent, String>) RawEvent::userId);
        }
        environment.addOperator(timeline);
        return new MultipleConnectedStreams(environment)
                .transform(timeline)
                .uid(OperatorUids.USER_TIMELINE)
                .name(OperatorUids.USER_TIMELINE);
    }
}
