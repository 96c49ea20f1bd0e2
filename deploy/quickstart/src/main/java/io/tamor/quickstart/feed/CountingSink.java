package io.tamor.quickstart.feed;

import java.util.function.LongConsumer;

/** Counts what passes, of it the impressions, and tells about it now and then. */
public final class CountingSink implements FeedSink {
    private static final int EVERY = 2048;

    private final FeedSink next;
    private final LongConsumer progress;
    private long eventCount;
    private long impressionCount;

    public CountingSink(FeedSink next, LongConsumer progress) {
        this.next = next;
        this.progress = progress;
    }

    @Override
    public void accept(FeedEvent event) {
        next.accept(event);
        eventCount++;
        if (event.stream() == StreamRole.IMPRESSIONS) {
            impressionCount++;
        }
        if (eventCount % EVERY == 0) {
            progress.accept(eventCount);
        }
    }

    public long eventCount() {
        return eventCount;
    }

    public long impressionCount() {
        return impressionCount;
    }

    @Override
    public void close() {
        next.close();
        progress.accept(eventCount);
    }
}
