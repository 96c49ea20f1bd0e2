package io.tamor.jobs.learner;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.io.OutgoingRecord;
import io.tamor.jobs.io.RejectedPayload;
import io.tamor.jobs.learner.logic.DriftAlarms;
import io.tamor.jobs.learner.logic.DriftMonitor.Signal;
import io.tamor.jobs.learner.logic.LearnerProgress;
import io.tamor.jobs.learner.logic.QualitySlice;
import io.tamor.schemas.LearnerMetrics;
import io.tamor.schemas.RejectedRecord;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.UserBiasRow;
import io.tamor.schemas.wire.FeatureWire;
import io.tamor.schemas.wire.RecordWire;
import java.util.List;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/** What the learner says by the side, as records of their topics. */
final class LearnerOutputs {
    private final Deployment deployment;
    private final Output<?> output;
    private final RecordWire<LearnerMetrics> metricsWire = RecordWire.of(LearnerMetrics.class);
    private final RecordWire<UserBiasRow> rowWire = RecordWire.of(UserBiasRow.class);
    private final RecordWire<RejectedRecord> rejectedWire = RecordWire.of(RejectedRecord.class);

    LearnerOutputs(Deployment deployment, Output<?> output) {
        this.deployment = deployment;
        this.output = output;
    }

    /** One record a slice, with the counters as of now. */
    void metrics(List<QualitySlice> slices, LearnerProgress progress, DriftAlarms alarms) {
        for (QualitySlice slice : slices) {
            LearnerMetrics metrics =
                    LearnerMetrics.newBuilder()
                            .setModel(deployment.name())
                            .setTask(slice.row().task())
                            .setTier(slice.row().tier())
                            .setScenario(slice.row().scenario())
                            .setCumulative(slice.cumulative())
                            .setFromMs(slice.fromMs())
                            .setToMs(slice.toMs())
                            .setCount(slice.row().count())
                            .setPositives(slice.row().positives())
                            .setAuc(slice.row().values().get("auc"))
                            .setLogLoss(slice.row().values().get("log_loss"))
                            .setNormalizedEntropy(slice.row().values().get("normalized_entropy"))
                            .setCalibration(slice.row().values().get("calibration"))
                            .setNrmse(slice.row().values().get("nrmse"))
                            .setMae(slice.row().values().get("mae"))
                            .setGini(slice.row().values().get("gini"))
                            .setSpearman(slice.row().values().get("spearman"))
                            .setLossAlarms(alarms(slice, alarms, Signal.LOSS))
                            .setCalibrationAlarms(alarms(slice, alarms, Signal.CALIBRATION))
                            .setSamples(progress.samples)
                            .setSteps(progress.steps)
                            .setDroppedSteps(progress.droppedSteps)
                            .build();
            emit(
                    OnlineLearnerOperator.METRICS,
                    deployment.name(),
                    metricsWire.encode(metrics),
                    slice.toMs());
        }
    }

    /** Alarms are counted since the beginning, so a window has none. */
    private static @Nullable Long alarms(QualitySlice slice, DriftAlarms alarms, Signal signal) {
        return slice.cumulative() ? alarms.of(slice.row(), signal) : null;
    }

    /** A user's row as of a version; null deletes it. */
    void userRow(
            String userId, long version, float @Nullable [] values, long trainedMs, long nowMs) {
        byte[] value =
                values == null
                        ? null
                        : rowWire.encode(
                                UserBiasRow.newBuilder()
                                        .setUserId(userId)
                                        .setVersion(version)
                                        .setValues(FeatureWire.packDense(values))
                                        .setUpdatedAtMs(trainedMs)
                                        .build());
        emit(OnlineLearnerOperator.USER_ROWS, userId, value, nowMs);
    }

    /** A record that is not used, whole unless it is very long. */
    void rejected(ConsumedSample consumed, RejectionCause cause, String detail) {
        RejectedRecord.Builder rejected =
                RejectedRecord.newBuilder()
                        .setCause(cause)
                        .setStream("samples")
                        .setTopic(deployment.topics().samples().name())
                        .setPartition(consumed.partition)
                        .setOffset(consumed.offset)
                        .setEventTimeMs(consumed.timestampMs);
        emit(
                OnlineLearnerOperator.REJECTED,
                RejectedPayload.key(consumed.userId),
                rejectedWire.encode(
                        RejectedPayload.put(rejected, consumed.payload, detail).build()),
                consumed.timestampMs);
    }

    private void emit(
            OutputTag<OutgoingRecord> tag, String key, byte @Nullable [] value, long timestampMs) {
        long timeMs = Math.max(0, timestampMs);
        output.collect(tag, new StreamRecord<>(new OutgoingRecord(key, timeMs, value), timeMs));
    }
}
