package io.tamor.jobs.timeline;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.io.OutgoingRecord;
import io.tamor.jobs.timeline.logic.Event;
import io.tamor.jobs.timeline.logic.EventChecks;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.EventWire;
import io.tamor.jobs.timeline.logic.RawEvent;
import io.tamor.jobs.timeline.logic.StageRules;
import io.tamor.jobs.timeline.logic.Tally;
import io.tamor.jobs.timeline.logic.TimelineRules;
import io.tamor.jobs.timeline.logic.UserState;
import io.tamor.schemas.RejectionCause;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.internal.InternalMapState;
import org.apache.flink.streaming.api.operators.AbstractInput;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorV2;
import org.apache.flink.streaming.api.operators.Input;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.MultipleInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.OutputTag;

/**
 * Turns users' events into samples. Key: user id. Time: event time; four inputs in the order of
 * {@link EventKind}, so that one that is silent as a whole can hold the watermark ({@link
 * OutageGuard}). Events wait until the watermark passes them, open impressions until their
 * deadlines, all in one {@link DueQueue}; {@link TimelineRules} then apply and close them in the
 * order of event time over all users of the subtask.
 *
 * <p>State per user: the {@link UserState}, and the frozen features of ranking requests and of
 * impressions that a late outcome may still correct; users of the recent past are on the heap
 * ({@link RecentUsers}). State per open impression: one entry of the queue, with its features.
 */
final class UserTimelineOperator extends AbstractStreamOperatorV2<OutgoingRecord>
        implements MultipleInputStreamOperator<OutgoingRecord>,
                Triggerable<String, VoidNamespace>,
                DueQueue.Actions {

    /** Labels that late outcomes changed. */
    static final OutputTag<OutgoingRecord> CORRECTIONS =
            new OutputTag<>("timeline.corrections", OutgoingRecord.TYPE);

    /** Records that cannot be used. */
    static final OutputTag<OutgoingRecord> REJECTED =
            new OutputTag<>("timeline.rejected", OutgoingRecord.TYPE);

    // State: every descriptor of this operator, with DueChunks.DUE. Names and types are a stored
    // format.
    static final ValueStateDescriptor<UserState> USER =
            new ValueStateDescriptor<>("user", UserStateSerializer.INSTANCE);
    static final MapStateDescriptor<Long, byte[]> FROZEN =
            new MapStateDescriptor<>(
                    "frozen-features",
                    LongSerializer.INSTANCE,
                    BytePrimitiveArraySerializer.INSTANCE);
    static final ListStateDescriptor<byte[]> PROGRESS =
            new ListStateDescriptor<>("progress", BytePrimitiveArraySerializer.INSTANCE);
    static final ListStateDescriptor<byte[]> COUNTS =
            new ListStateDescriptor<>("counts", BytePrimitiveArraySerializer.INSTANCE);

    static final ListStateDescriptor<byte[]> STAGE_RULES =
            new ListStateDescriptor<>("stage-rules", BytePrimitiveArraySerializer.INSTANCE);

    /** Events that waited in former builds, and their timers. */
    static final ListStateDescriptor<RawEvent> UNRIPE =
            new ListStateDescriptor<>("unripe-events", RawEventSerializer.INSTANCE);

    private static final String FORMER_TIMERS = "ripe";

    private static final Comparator<Event> BY_USER =
            Comparator.comparing((Event event) -> event.raw().userId()).thenComparing(Event.ORDER);

    private final Tally tally = new Tally();
    private final TimelineEdge edge;
    private final TimelineRules rules;
    private final EventChecks checks;
    private final EventWire wire = new EventWire();
    private final List<EventInput> inputs = new ArrayList<>();
    private final OutageGuards guards;
    private final ChunkCompression compression = new ChunkCompression();

    private final TimelineCounters counters;
    private DueQueue due;
    private OpenStages stages;
    private RecentUsers users;
    private final StageRules stageRules;
    private ListState<byte[]> progress;
    private ListState<byte[]> counts;
    private ListState<byte[]> formerStageRules;
    private boolean formerState;
    private boolean formerAggregates;
    private TimelineMetrics figures;

    @SuppressWarnings("NullAway.Init") // state is there from initializeState on, figures from open
    UserTimelineOperator(
            StreamOperatorParameters<OutgoingRecord> parameters, Deployment deployment) {
        super(parameters, EventKind.values().length);
        this.edge = new TimelineEdge(deployment.topics(), output, CORRECTIONS, REJECTED);
        this.rules = new TimelineRules(deployment, tally, edge);
        this.checks = new EventChecks(deployment);
        this.stageRules = StageRules.of(deployment);
        this.counters = new TimelineCounters(tally, rules.tally());
        for (EventKind kind : EventKind.values()) {
            inputs.add(new EventInput(this, kind.code() + 1));
        }
        this.guards =
                new OutageGuards(
                        parameters.getProcessingTimeService(),
                        deployment.eventTime().outage().toMillis(),
                        List.of(EventKind.values()),
                        PopulationStage.isNeeded(deployment),
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
        TaskInfo task = getRuntimeContext().getTaskInfo();
        due =
                new DueQueue(
                        new DueChunks(
                                (InternalMapState<String, Long, Long, byte[]>)
                                        getOrCreateKeyedState(
                                                LongSerializer.INSTANCE, DueChunks.DUE),
                                this::setCurrentKey,
                                task.getMaxNumberOfParallelSubtasks(),
                                KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex(
                                        task.getMaxNumberOfParallelSubtasks(),
                                        task.getNumberOfParallelSubtasks(),
                                        task.getIndexOfThisSubtask()),
                                compression));
        stages = new OpenStages(due, rules);
        users =
                new RecentUsers(
                        context.getKeyedStateStore().getState(USER),
                        context.getKeyedStateStore().getMapState(FROZEN),
                        this::setCurrentKey,
                        getKeyedStateBackend().isSafeToReuseKVState());
        progress = context.getOperatorStateStore().getUnionListState(PROGRESS);
        formerStageRules = context.getOperatorStateStore().getUnionListState(STAGE_RULES);
        formerAggregates = context.isRestored();
        for (byte[] stored : formerStageRules.get()) {
            stageRules.requireSame(stored);
            formerAggregates = !StageRules.keptAllAggregates(stored);
        }
        formerState = context.isRestored();
        for (byte[] stored : progress.get()) {
            due.restore(stored);
            formerState = false;
        }
        counts = context.getOperatorStateStore().getListState(COUNTS);
        for (byte[] stored : counts.get()) {
            tally.add(stored);
        }
    }

    @Override
    public void open() throws Exception {
        super.open();
        // Timers of former builds fire once, and nothing is left for them to do.
        getInternalTimerService(FORMER_TIMERS, VoidNamespaceSerializer.INSTANCE, this);
        if (formerState) {
            handOver();
        } else if (formerAggregates && rules.keepsAggregates()) {
            completeAggregates();
        }
        counters.open(getRuntimeContext());
        guards.open(getRuntimeContext().getMetricGroup());
        figures =
                new TimelineMetrics(
                        tally,
                        rules.delays(),
                        due::nowMs,
                        getProcessingTimeService()::getCurrentProcessingTime);
        figures.open(getRuntimeContext().getMetricGroup());
    }

    /** Puts into the queue what waited in the users' own state. */
    private void handOver() throws Exception {
        KeyedStateBackend<String> backend = getKeyedStateBackend();
        backend.applyToAllKeys(
                VoidNamespace.INSTANCE,
                VoidNamespaceSerializer.INSTANCE,
                UNRIPE,
                (user, waiting) -> {
                    List<RawEvent> events = new ArrayList<>();
                    waiting.get().forEach(event -> events.add(event.of(user)));
                    waiting.clear();
                    for (RawEvent event : events) {
                        due.add(Due.event(event));
                    }
                });
        backend.applyToAllKeys(
                VoidNamespace.INSTANCE,
                VoidNamespaceSerializer.INSTANCE,
                USER,
                (user, state) -> {
                    RecentUsers.Recent recent = users.load(user);
                    stages.begin(user, false);
                    rules.handOver(recent.user, recent, stages);
                    end(recent);
                });
    }

    /** Once, after a restore from a build that kept fewer. */
    private void completeAggregates() throws Exception {
        KeyedStateBackend<String> backend = getKeyedStateBackend();
        backend.applyToAllKeys(
                VoidNamespace.INSTANCE,
                VoidNamespaceSerializer.INSTANCE,
                USER,
                (user, state) -> {
                    RecentUsers.Recent recent = users.load(user);
                    if (rules.completeAggregates(recent.user)) {
                        users.changed(recent);
                    }
                });
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
            rules.refuseLate(
                    users.load(event.userId()).user,
                    wire.decodeAgain(event),
                    due.doneMs(event.userId()));
        } else if (refused != null) {
            rules.reject(event, refused, event.detail());
        } else if (event.timeMs() <= due.doneMs(event.userId())) {
            Event late = wire.decodeAgain(event);
            if (isKeepable(late)) {
                late(late);
            }
        } else {
            due.add(Due.event(event));
        }
    }

    /** Rejects what another build, or another configuration, left in state to wait. */
    private boolean isKeepable(Event event) {
        String problem = checks.problemOf(event);
        if (problem != null) {
            rules.reject(event.raw(), RejectionCause.INVALID, problem);
        }
        return problem == null;
    }

    private void late(Event event) throws Exception {
        String user = event.raw().userId();
        RecentUsers.Recent recent = begin(user);
        rules.late(user, recent.user, recent, stages, event, due.doneMs(user));
        end(recent);
    }

    @Override
    public void events(List<Due> dues) throws Exception {
        List<Event> events = new ArrayList<>(dues.size());
        for (Due one : dues) {
            Event event = wire.decodeAgain(one.event());
            if (isKeepable(event)) {
                events.add(event);
            }
        }
        if (events.size() > 1) {
            events.sort(BY_USER);
        }
        for (int from = 0, to = 0; from < events.size(); from = to) {
            String user = events.get(from).raw().userId();
            while (to < events.size() && events.get(to).raw().userId().equals(user)) {
                to++;
            }
            RecentUsers.Recent recent = begin(user);
            rules.apply(user, recent.user, recent, stages, events.subList(from, to));
            end(recent);
        }
    }

    private RecentUsers.Recent begin(String user) throws Exception {
        RecentUsers.Recent recent = users.load(user);
        stages.begin(user, recent.user.forgets());
        return recent;
    }

    /** Ends the work on a user that has changed; changes the current key. */
    private void end(RecentUsers.Recent recent) throws Exception {
        stages.end(recent.user);
        users.changed(recent);
    }

    @Override
    public boolean stage(Due stage) throws Exception {
        return rules.close(stage.user, stage.impression(), stage.frozen());
    }

    @Override
    public void look(Due look) throws Exception {
        RecentUsers.Recent recent = users.load(look.user);
        boolean forgot = rules.look(recent.user, recent, due.nowMs());
        long nextMs = rules.lookMs(look.user, recent.user);
        if (nextMs != Long.MAX_VALUE) {
            due.add(Due.look(look.user, Math.max(nextMs, due.doneMs(look.user) + 1)));
        }
        if (forgot) {
            users.changed(recent);
        }
    }

    @Override
    public void onEventTime(InternalTimer<String, VoidNamespace> timer) {
        // of a former build
    }

    @Override
    public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) {
        throw new IllegalStateException("no timer of this operator is in processing time");
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        due.advance(mark.getTimestamp(), this);
        super.processWatermark(mark);
        counters.publish();
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        super.prepareSnapshotPreBarrier(checkpointId);
        due.store();
        users.store();
    }

    @Override
    public void processWatermarkStatus(WatermarkStatus status, int inputId) throws Exception {
        guards.onStatus(status, inputId);
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        progress.update(List.of(due.progress()));
        counts.update(List.of(tally.toBytes()));
        formerStageRules.update(List.of(stageRules.toBytes()));
        counters.publish();
    }

    @Override
    public void finish() throws Exception {
        super.finish();
        users.store();
        counters.publish();
    }

    @Override
    public void close() throws Exception {
        compression.close();
        super.close();
    }

    @SuppressWarnings("unchecked") // AbstractInput's own getRecordProcessor is a raw override
    private static final class EventInput extends AbstractInput<RawEvent, OutgoingRecord> {
        private final UserTimelineOperator operator;

        EventInput(UserTimelineOperator operator, int inputId) {
            super(operator, inputId);
            this.operator = operator;
        }

        /** An event waits, and its user's state is asked for when it is due. */
        @Override
        public boolean hasKeyContext() {
            return false;
        }

        @Override
        public void processElement(StreamRecord<RawEvent> element) throws Exception {
            operator.onEvent(element.getValue());
        }
    }
}
