package io.tamor.jobs.timeline;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.PopulationEvent;
import io.tamor.jobs.timeline.logic.PopulationRules;
import io.tamor.jobs.timeline.logic.PopulationState;
import io.tamor.jobs.timeline.logic.RawEvent;
import io.tamor.schemas.RejectionCause;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.internal.InternalListState;
import org.apache.flink.streaming.api.operators.AbstractInput;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorV2;
import org.apache.flink.streaming.api.operators.Input;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.MultipleInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/**
 * Tells each impression what happened to its item, or in its scenario, over all users before it.
 * Key: the item or scenario. Time: event time; an input that is silent as a whole holds the
 * watermark ({@link OutageGuard}). Events wait by slices of a second, so that a hot key is read and
 * written a slice at a time; when the watermark passes a slice, {@link PopulationRules} apply it.
 * The watermark that goes on is that of the last slice that is over, so that no impression comes
 * behind it.
 *
 * <p>State per key: the slices not over yet, and the {@link PopulationState}, which goes when its
 * windows have passed.
 */
final class PopulationOperator extends AbstractStreamOperatorV2<RawEvent>
        implements MultipleInputStreamOperator<RawEvent>, Triggerable<String, Long> {
    private static final long SLICE_MS = 1000;

    /** Namespace of the timers that clean up; slices are those of times, so above 0. */
    private static final long CLEANING = -1L;

    // State: every descriptor of this operator. Names and types are a stored format.
    static final ListStateDescriptor<PopulationEvent> UNRIPE =
            new ListStateDescriptor<>("unripe-events", PopulationEventSerializer.INSTANCE);
    static final ValueStateDescriptor<PopulationState> GROUP =
            new ValueStateDescriptor<>("group", PopulationStateSerializer.INSTANCE);
    static final String TIMERS = "slices";

    private final PopulationRules rules;
    private final List<Input<PopulationEvent>> inputs = new ArrayList<>();
    private final OutageGuards guards;

    private InternalListState<String, Long, PopulationEvent> unripe;
    private ValueState<PopulationState> groups;
    private InternalTimerService<Long> timers;
    private Counter late;

    /**
     * @param told true where the impressions have passed a stage before
     */
    @SuppressWarnings("NullAway.Init") // state is there from initializeState on, timers from open
    PopulationOperator(
            StreamOperatorParameters<RawEvent> parameters,
            Deployment deployment,
            PopulationRules rules,
            boolean told) {
        super(parameters, PopulationStage.kinds(rules).size());
        List<EventKind> kinds = PopulationStage.kinds(rules);
        this.rules = rules;
        for (int inputId = 1; inputId <= kinds.size(); inputId++) {
            inputs.add(new EventInput(this, inputId));
        }
        this.guards =
                new OutageGuards(
                        parameters.getProcessingTimeService(),
                        deployment.eventTime().outage().toMillis(),
                        kinds,
                        told,
                        super::processWatermarkStatus);
    }

    @Override
    @SuppressWarnings({"rawtypes", "unchecked"}) // the interface's own signature
    public List<Input> getInputs() {
        return (List) inputs;
    }

    @Override
    @SuppressWarnings("unchecked") // Flink's namespaced states are created untyped
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        unripe =
                (InternalListState<String, Long, PopulationEvent>)
                        getOrCreateKeyedState(LongSerializer.INSTANCE, UNRIPE);
        groups = context.getKeyedStateStore().getState(GROUP);
    }

    @Override
    public void open() throws Exception {
        super.open();
        timers = getInternalTimerService(TIMERS, LongSerializer.INSTANCE, this);
        guards.open(getMetricGroup());
        late = getMetricGroup().counter("timeline.population.lateOutcomes");
    }

    private void onEvent(PopulationEvent event) throws Exception {
        RawEvent impression = event.impression();
        if (impression != null && impression.cause() != null) {
            emit(impression);
        } else if (event.timeMs() <= timers.currentWatermark()) {
            late(event, timers.currentWatermark());
        } else {
            long slice = Math.floorDiv(event.timeMs(), SLICE_MS);
            unripe.setCurrentNamespace(slice);
            unripe.add(event.underKey());
            timers.registerEventTimeTimer(slice, endMs(slice));
        }
    }

    /** An outcome counts no more; an impression is for the user's timeline to reject. */
    private void late(PopulationEvent event, long appliedMs) {
        RawEvent impression = event.impression();
        if (impression == null) {
            late.inc();
        } else {
            emit(
                    impression.refused(
                            RejectionCause.LATE,
                            "event time "
                                    + event.timeMs()
                                    + ", the watermark was at "
                                    + appliedMs));
        }
    }

    private void emit(RawEvent impression) {
        output.collect(new StreamRecord<>(impression, impression.timeMs()));
    }

    @Override
    public void onEventTime(InternalTimer<String, Long> timer) throws Exception {
        PopulationState group = groups.value();
        if (timer.getNamespace() == CLEANING) {
            if (group != null) {
                keep(group, timer.getTimestamp());
            }
            return;
        }
        if (group == null) {
            group = new PopulationState();
        }
        List<PopulationEvent> ripe = new ArrayList<>();
        unripe.setCurrentNamespace(timer.getNamespace());
        for (PopulationEvent event : unripe.get()) {
            if (event.timeMs() > group.appliedMs()) {
                ripe.add(event);
            } else { // a restore began watermarks anew
                late(event, group.appliedMs());
            }
        }
        unripe.clear();
        rules.apply(timer.getKey(), group, ripe, this::emit);
        group.applied(timer.getTimestamp());
        keep(group, timer.getTimestamp());
    }

    /** Keeps what can still be told of the group, until it is looked at again; else forgets it. */
    private void keep(PopulationState group, long nowMs) throws Exception {
        if (rules.prune(group, nowMs)) {
            groups.clear();
        } else {
            groups.update(group);
            // Rounded up, so that a group has few of these timers, whatever its events.
            long dayMs = 86_400_000L;
            timers.registerEventTimeTimer(
                    CLEANING, (Math.floorDiv(rules.deathMs(group), dayMs) + 1) * dayMs);
        }
    }

    @Override
    public void onProcessingTime(InternalTimer<String, Long> timer) {
        throw new IllegalStateException("no timer of this operator is in processing time");
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        super.processWatermark(new Watermark(overMs(mark.getTimestamp())));
    }

    /** The end of the last slice that is over at a watermark. */
    static long overMs(long watermarkMs) {
        return watermarkMs <= 0 || watermarkMs == Long.MAX_VALUE
                ? watermarkMs
                : endMs(Math.floorDiv(watermarkMs + 1, SLICE_MS) - 1);
    }

    private static long endMs(long slice) {
        return slice * SLICE_MS + SLICE_MS - 1;
    }

    @Override
    public void processWatermarkStatus(WatermarkStatus status, int inputId) throws Exception {
        guards.onStatus(status, inputId);
    }

    @SuppressWarnings("unchecked") // AbstractInput's own getRecordProcessor is a raw override
    private static final class EventInput extends AbstractInput<PopulationEvent, RawEvent> {
        private final PopulationOperator operator;

        EventInput(PopulationOperator operator, int inputId) {
            super(operator, inputId);
            this.operator = operator;
        }

        @Override
        public void processElement(StreamRecord<PopulationEvent> element) throws Exception {
            operator.onEvent(element.getValue());
        }
    }
}
