package io.tamor.jobs.timeline;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.io.OutgoingRecord;
import io.tamor.jobs.timeline.logic.Event;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.EventWire;
import io.tamor.jobs.timeline.logic.RawEvent;
import io.tamor.jobs.timeline.logic.Tally;
import io.tamor.jobs.timeline.logic.TimelineRules;
import io.tamor.jobs.timeline.logic.UserState;
import io.tamor.schemas.RejectionCause;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractInput;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorV2;
import org.apache.flink.streaming.api.operators.Input;
import org.apache.flink.streaming.api.operators.InternalTimeServiceManager;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.MultipleInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.OutputTag;

/**
 * Turns a user's events into samples. Key: user id. Time: event time; four inputs in the order of
 * {@link EventKind}, so that one that is silent as a whole can hold the watermark ({@link
 * OutageGuard}). Events wait until the watermark passes them ({@link UnripeEvents}); then {@link
 * TimelineRules} apply them in event-time order, slice by slice over all users ({@link TimeSlice}).
 * State per user: unripe events, the {@link UserState}, and the frozen features of pending
 * impressions, read only when a sample leaves; what is recent is on the heap until a checkpoint
 * ({@link RecentUsers}).
 */
final class UserTimelineOperator extends AbstractStreamOperatorV2<OutgoingRecord>
        implements MultipleInputStreamOperator<OutgoingRecord>, Triggerable<String, VoidNamespace> {

    /** Labels that late outcomes changed. */
    static final OutputTag<OutgoingRecord> CORRECTIONS =
            new OutputTag<>("timeline.corrections", OutgoingRecord.TYPE);

    /** Records that cannot be used. */
    static final OutputTag<OutgoingRecord> REJECTED =
            new OutputTag<>("timeline.rejected", OutgoingRecord.TYPE);

    // State: every descriptor of this operator. Names and types are a stored format.
    static final ListStateDescriptor<RawEvent> UNRIPE =
            new ListStateDescriptor<>("unripe-events", RawEventSerializer.INSTANCE);
    static final ValueStateDescriptor<UserState> USER =
            new ValueStateDescriptor<>("user", UserStateSerializer.INSTANCE);
    static final MapStateDescriptor<Long, byte[]> FROZEN =
            new MapStateDescriptor<>(
                    "frozen-features",
                    LongSerializer.INSTANCE,
                    BytePrimitiveArraySerializer.INSTANCE);
    static final ListStateDescriptor<byte[]> COUNTS =
            new ListStateDescriptor<>("counts", BytePrimitiveArraySerializer.INSTANCE);
    static final String TIMERS = "ripe";

    /** Users remembered as done in the current slice; beyond it they are looked at again. */
    private static final int MOST_DONE = 100_000;

    private final Tally tally = new Tally();
    private final TimelineEdge edge;
    private final TimelineRules rules;
    private final EventWire wire = new EventWire();
    private final List<EventInput> inputs = new ArrayList<>();
    private final OutageGuards guards;
    private final Set<String> doneUsers = new HashSet<>();
    private final UnripeEvents waiting = new UnripeEvents();
    private long doneUpToMs = Long.MIN_VALUE;

    private final TimelineCounters counters;
    private ListState<RawEvent> unripe;
    private RecentUsers users;
    private ListState<byte[]> counts;
    private InternalTimerService<VoidNamespace> timers;
    private TimelineMetrics figures;

    @SuppressWarnings("NullAway.Init") // state is there from initializeState on, timers from open
    UserTimelineOperator(
            StreamOperatorParameters<OutgoingRecord> parameters, Deployment deployment) {
        super(parameters, EventKind.values().length);
        this.edge = new TimelineEdge(deployment.topics(), output, CORRECTIONS, REJECTED);
        this.rules = new TimelineRules(deployment, tally, edge);
        this.counters = new TimelineCounters(tally, rules.tally());
        for (EventKind kind : EventKind.values()) {
            inputs.add(new EventInput(this, kind.code() + 1));
        }
        this.guards =
                new OutageGuards(
                        parameters.getProcessingTimeService(),
                        deployment.eventTime().outage().toMillis(),
                        inputs.size(),
                        super::processWatermarkStatus);
    }

    @Override
    @SuppressWarnings({"rawtypes", "unchecked"}) // the interface's own signature
    public List<Input> getInputs() {
        return (List) inputs;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        unripe = context.getKeyedStateStore().getListState(UNRIPE);
        users =
                new RecentUsers(
                        context.getKeyedStateStore().getState(USER),
                        context.getKeyedStateStore().getMapState(FROZEN),
                        this::setCurrentKey);
        counts = context.getOperatorStateStore().getListState(COUNTS);
        for (byte[] stored : counts.get()) {
            tally.add(stored);
        }
    }

    @Override
    public void open() throws Exception {
        super.open();
        timers = getInternalTimerService(TIMERS, VoidNamespaceSerializer.INSTANCE, this);
        this.<String>getKeyedStateBackend()
                .applyToAllKeys(
                        VoidNamespace.INSTANCE,
                        VoidNamespaceSerializer.INSTANCE,
                        UNRIPE,
                        (user, events) -> events.get().forEach(e -> waiting.noteStored(user)));
        counters.open(getRuntimeContext());
        counters.openGuards(getRuntimeContext(), guards);
        figures =
                new TimelineMetrics(
                        tally,
                        rules.delays(),
                        timers::currentWatermark,
                        getProcessingTimeService()::getCurrentProcessingTime);
        figures.open(getRuntimeContext().getMetricGroup());
    }

    /** The counts of this subtask. */
    Tally tally() {
        return tally;
    }

    /** The figures of this subtask, from {@link #open} on. */
    TimelineMetrics figures() {
        return figures;
    }

    private void onEvent(RawEvent event) throws Exception {
        figures.event(event.userId());
        RejectionCause refused = event.cause();
        if (refused == RejectionCause.LATE) {
            RecentUsers.Recent recent = users.load(event.userId());
            rules.refuseLate(recent.user, wire.decodeAgain(event), timers.currentWatermark());
            users.changed(recent);
        } else if (refused != null) {
            rules.reject(event, refused, event.detail());
        } else if (event.timeMs() <= timers.currentWatermark()) {
            late(wire.decodeAgain(event));
        } else {
            waiting.add(event);
            if (waiting.isFull()) {
                waiting.store(this::store);
            }
        }
    }

    private void store(RawEvent event) throws Exception {
        setCurrentKey(event.userId());
        unripe.add(event.underKey());
        timers.registerEventTimeTimer(VoidNamespace.INSTANCE, event.timeMs());
    }

    @Override
    public void onEventTime(InternalTimer<String, VoidNamespace> timer) throws Exception {
        // Timers fire in the order of time over all users, so going slice by slice keeps samples in
        // order up to a slice, however far the watermark jumps in a fast replay.
        advanceOnce(
                timer.getKey(),
                Math.min(timers.currentWatermark(), TimeSlice.endMs(timer.getTimestamp())));
    }

    /** The first timer or event of a user in a slice applies all that is due for the user in it. */
    private void advanceOnce(String userId, long upToMs) throws Exception {
        if (doneUpToMs != upToMs || doneUsers.size() >= MOST_DONE) {
            doneUsers.clear();
            doneUpToMs = upToMs;
        }
        if (doneUsers.add(userId)) {
            advance(userId, upToMs);
        }
    }

    private void advance(String userId, long upToMs) throws Exception {
        List<Event> ripe = ripeEvents(userId, upToMs);
        RecentUsers.Recent recent = users.load(userId);
        store(recent, upToMs, rules.advance(userId, recent.user, recent, ripe, upToMs));
    }

    private void late(Event event) throws Exception {
        long watermarkMs = timers.currentWatermark();
        String userId = event.raw().userId();
        RecentUsers.Recent recent = users.load(userId);
        long dueMs = rules.late(userId, recent.user, recent, event, watermarkMs);
        store(recent, watermarkMs, dueMs);
    }

    private void store(RecentUsers.Recent recent, long upToMs, long dueMs) throws Exception {
        if (dueMs != Long.MAX_VALUE && recent.user.wake(upToMs, dueMs)) {
            timers.registerEventTimeTimer(VoidNamespace.INSTANCE, dueMs);
        }
        users.changed(recent);
    }

    /** The user's events up to the time, in event order. */
    private List<Event> ripeEvents(String userId, long upToMs) throws Exception {
        List<RawEvent> raw = waiting.take(userId, upToMs, unripe);
        List<Event> ripe = new ArrayList<>(raw.size());
        for (RawEvent event : raw) {
            ripe.add(wire.decodeAgain(event));
        }
        ripe.sort(Event.ORDER);
        return ripe;
    }

    @Override
    public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) {
        throw new IllegalStateException("no timer of this operator is in processing time");
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        long earliestMs;
        while ((earliestMs = waiting.earliestMs()) <= mark.getTimestamp()
                && earliestMs != Long.MAX_VALUE) {
            advanceSlice(Math.min(mark.getTimestamp(), TimeSlice.endMs(earliestMs)), earliestMs);
        }
        super.processWatermark(mark);
        counters.publish();
    }

    /** Applies what is due in a slice and before it, where events wait on the heap in the slice. */
    private void advanceSlice(long upToMs, long earliestMs) throws Exception {
        InternalTimeServiceManager<?> service = getTimeServiceManager().orElseThrow();
        // What is due before the slice leaves before it.
        long beforeMs = TimeSlice.startMs(earliestMs) - 1;
        if (beforeMs > timers.currentWatermark()) {
            service.advanceWatermark(new Watermark(beforeMs));
        }
        List<String> users = waiting.ripen(upToMs);
        service.advanceWatermark(new Watermark(upToMs));
        for (String user : users) {
            setCurrentKey(user);
            advanceOnce(user, upToMs);
        }
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        super.prepareSnapshotPreBarrier(checkpointId);
        waiting.store(this::store);
        users.store();
    }

    @Override
    public void processWatermarkStatus(WatermarkStatus status, int inputId) throws Exception {
        guards.onStatus(status, inputId);
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        counts.update(List.of(tally.toBytes()));
        counters.publish();
    }

    @Override
    public void finish() throws Exception {
        super.finish();
        users.store();
        counters.publish();
    }

    @SuppressWarnings("unchecked") // AbstractInput's own getRecordProcessor is a raw override
    private static final class EventInput extends AbstractInput<RawEvent, OutgoingRecord> {
        private final UserTimelineOperator operator;

        EventInput(UserTimelineOperator operator, int inputId) {
            super(operator, inputId);
            this.operator = operator;
        }

        @Override
        public void processElement(StreamRecord<RawEvent> element) throws Exception {
            operator.onEvent(element.getValue());
        }
    }
}
