package io.tamor.jobs.io;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.enumerator.SplitAndAssignmentStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.metrics.groups.SplitEnumeratorMetricGroup;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's source where its job goes on from a checkpoint or savepoint. Bounded, it ends then, too;
 * and it refuses to go on bounded from an unbounded run, or the other way round: partitions keep
 * the end that they were given, so it would never end, or read nothing more without a word.
 *
 * <p>The enumerator of Kafka's source (5.0.0) tells its readers that no more partitions will come
 * when it has found new ones; restored, it finds those that it already has, says nothing, and the
 * readers wait for ever (FLINK-31006). Here a restored enumerator whose one discovery has led to
 * nothing says it in its stead, once to each reader that registers. State is the source's own.
 */
record ResumableSource<T, SplitT extends SourceSplit, EnumT>(
        Source<T, SplitT, EnumT> source, TypeInformation<T> type)
        implements Source<T, SplitT, EnumT>, ResultTypeQueryable<T> {

    @Override
    public SplitEnumerator<SplitT, EnumT> restoreEnumerator(
            SplitEnumeratorContext<SplitT> context, EnumT checkpoint) throws Exception {
        boolean bounded = getBoundedness() == Boundedness.BOUNDED;
        requireSameEnd(checkpoint, bounded);
        if (!bounded) {
            return source.restoreEnumerator(context, checkpoint);
        }
        Discovery<SplitT> discovery = new Discovery<>(context);
        return new Restored<>(source.restoreEnumerator(discovery, checkpoint), discovery);
    }

    static void requireSameEnd(Object checkpoint, boolean bounded) {
        if (!(checkpoint instanceof KafkaSourceEnumState state)) {
            return;
        }
        for (SplitAndAssignmentStatus known : state.splits()) {
            if (known.split().getStoppingOffset().isPresent() != bounded) {
                throw new IllegalStateException(
                        "the state is of a job that ran "
                                + (bounded ? "without --bounded" : "with --bounded")
                                + ", this one runs "
                                + (bounded ? "with" : "without")
                                + " it, and the end of partition "
                                + known.split().getTopicPartition()
                                + " cannot be changed; go on as before");
            }
        }
    }

    @Override
    public SplitEnumerator<SplitT, EnumT> createEnumerator(SplitEnumeratorContext<SplitT> context)
            throws Exception {
        return source.createEnumerator(context);
    }

    @Override
    public SourceReader<T, SplitT> createReader(SourceReaderContext context) throws Exception {
        return source.createReader(context);
    }

    @Override
    public Boundedness getBoundedness() {
        return source.getBoundedness();
    }

    @Override
    public SimpleVersionedSerializer<SplitT> getSplitSerializer() {
        return source.getSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<EnumT> getEnumeratorCheckpointSerializer() {
        return source.getEnumeratorCheckpointSerializer();
    }

    @Override
    public TypeInformation<T> getProducedType() {
        return type;
    }

    /**
     * The context, which sees whether the first discovery leads to anything. Coordinator thread.
     */
    private static final class Discovery<SplitT extends SourceSplit>
            implements SplitEnumeratorContext<SplitT> {
        private final SplitEnumeratorContext<SplitT> context;
        private int calls;
        private boolean foundNothing;

        Discovery(SplitEnumeratorContext<SplitT> context) {
            this.context = context;
        }

        @Override
        public <R> void callAsync(Callable<R> callable, BiConsumer<R, Throwable> handler) {
            boolean first = calls++ == 0;
            context.callAsync(
                    callable,
                    (R result, @Nullable Throwable failure) -> {
                        handler.accept(result, failure);
                        if (first && calls == 1) {
                            foundNothing = true;
                            registeredReaders().keySet().forEach(this::signalNoMoreSplits);
                        }
                    });
        }

        @Override
        public <R> void callAsync(
                Callable<R> callable,
                BiConsumer<R, Throwable> handler,
                long initialDelayMillis,
                long periodMillis) {
            calls++;
            context.callAsync(callable, handler, initialDelayMillis, periodMillis);
        }

        @Override
        public SplitEnumeratorMetricGroup metricGroup() {
            return context.metricGroup();
        }

        @Override
        public void sendEventToSourceReader(int subtaskId, SourceEvent event) {
            context.sendEventToSourceReader(subtaskId, event);
        }

        @Override
        public int currentParallelism() {
            return context.currentParallelism();
        }

        @Override
        public Map<Integer, ReaderInfo> registeredReaders() {
            return context.registeredReaders();
        }

        @Override
        public void assignSplits(SplitsAssignment<SplitT> newSplitAssignments) {
            context.assignSplits(newSplitAssignments);
        }

        @Override
        public void signalNoMoreSplits(int subtask) {
            context.signalNoMoreSplits(subtask);
        }

        @Override
        public void runInCoordinatorThread(Runnable runnable) {
            context.runInCoordinatorThread(runnable);
        }
    }

    private record Restored<SplitT extends SourceSplit, EnumT>(
            SplitEnumerator<SplitT, EnumT> enumerator, Discovery<SplitT> discovery)
            implements SplitEnumerator<SplitT, EnumT> {
        @Override
        public void addReader(int subtaskId) {
            enumerator.addReader(subtaskId);
            if (discovery.foundNothing) {
                discovery.signalNoMoreSplits(subtaskId);
            }
        }

        @Override
        public void start() {
            enumerator.start();
        }

        @Override
        public void handleSplitRequest(int subtaskId, @Nullable String requesterHostname) {
            enumerator.handleSplitRequest(subtaskId, requesterHostname);
        }

        @Override
        public void addSplitsBack(List<SplitT> splits, int subtaskId) {
            enumerator.addSplitsBack(splits, subtaskId);
        }

        @Override
        public EnumT snapshotState(long checkpointId) throws Exception {
            return enumerator.snapshotState(checkpointId);
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) throws Exception {
            enumerator.notifyCheckpointComplete(checkpointId);
        }

        @Override
        public void handleSourceEvent(int subtaskId, SourceEvent sourceEvent) {
            enumerator.handleSourceEvent(subtaskId, sourceEvent);
        }

        @Override
        public void close() throws IOException {
            enumerator.close();
        }
    }
}
