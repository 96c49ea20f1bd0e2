package io.tamor.jobs.io;

import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimitedSourceReader;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * A source that hands out so many records at most between two checkpoints, all its subtasks
 * together, each the same share. A subtask that has had its share waits for the next checkpoint to
 * be complete.
 */
public record PacedSource<T, SplitT extends SourceSplit, EnumT>(
        Source<T, SplitT, EnumT> source, int perCheckpoint) implements Source<T, SplitT, EnumT> {

    @Override
    @SuppressWarnings("unchecked") // Flink's factories of rate limits are raw
    public SourceReader<T, SplitT> createReader(SourceReaderContext context) throws Exception {
        RateLimiterStrategy<SplitT> pace = RateLimiterStrategy.perCheckpoint(perCheckpoint);
        return new RateLimitedSourceReader<>(
                source.createReader(context), pace.createRateLimiter(context.currentParallelism()));
    }

    @Override
    public Boundedness getBoundedness() {
        return source.getBoundedness();
    }

    @Override
    public SplitEnumerator<SplitT, EnumT> createEnumerator(SplitEnumeratorContext<SplitT> context)
            throws Exception {
        return source.createEnumerator(context);
    }

    @Override
    public SplitEnumerator<SplitT, EnumT> restoreEnumerator(
            SplitEnumeratorContext<SplitT> context, EnumT checkpoint) throws Exception {
        return source.restoreEnumerator(context, checkpoint);
    }

    @Override
    public SimpleVersionedSerializer<SplitT> getSplitSerializer() {
        return source.getSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<EnumT> getEnumeratorCheckpointSerializer() {
        return source.getEnumeratorCheckpointSerializer();
    }
}
