package io.tamor.quickstart.benchmark;

import io.tamor.quickstart.feed.FeedEvent;
import io.tamor.quickstart.feed.FeedSink;
import io.tamor.quickstart.feed.StreamRole;
import io.tamor.schemas.Click;
import io.tamor.schemas.Conversion;
import io.tamor.schemas.Direction;
import io.tamor.schemas.Impression;
import io.tamor.schemas.Investment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Events at a steady rate, in the order and at the time that they say: of ten, six impressions, two
 * clicks, a conversion and an investment, of a thousand users. Memory: the time of each impression.
 */
final class SteadyFeed implements AutoCloseable {
    private static final int USERS = 1_000;

    /** An outcome is about this many events behind its impression. */
    private static final int BEHIND = 100;

    private final FeedSink sink;
    private final int eventsPerSecond;
    private final List<Long> shownMs = new ArrayList<>();
    private long sent;

    SteadyFeed(FeedSink sink, int eventsPerSecond) {
        this.sink = sink;
        this.eventsPerSecond = eventsPerSecond;
    }

    /** Sends for so long; returns the rate that was kept. */
    double run(Duration time) {
        long fromNs = System.nanoTime();
        long before = sent;
        long elapsedNs = 0;
        while (elapsedNs < time.toNanos()) {
            long due = before + (long) (elapsedNs / 1e9 * eventsPerSecond);
            while (sent < due) {
                FeedEvent event = event(sent++, System.currentTimeMillis());
                if (event.stream() == StreamRole.IMPRESSIONS) {
                    shownMs.add(event.eventTimeMs());
                }
                sink.accept(event);
            }
            LockSupport.parkNanos(1_000_000);
            elapsedNs = System.nanoTime() - fromNs;
        }
        return (sent - before) / (elapsedNs / 1e9);
    }

    /** How many labels' windows of the impressions sent so far end in {@code [from, to)}. */
    long maturing(List<Duration> windows, long fromMs, long toMs) {
        return windows.stream()
                .flatMap(window -> shownMs.stream().map(shown -> shown + window.toMillis()))
                .filter(end -> end >= fromMs && end < toMs)
                .count();
    }

    private static FeedEvent event(long number, long nowMs) {
        int kind = (int) (number % 10);
        long shown = kind < 6 ? number : number - 6 - BEHIND;
        String user = "user-" + Math.floorMod(shown, (long) USERS);
        String impression = "i-" + shown;
        String id = "e-" + number;
        return switch (kind) {
            case 6, 7 ->
                    FeedEvent.of(
                            Click.newBuilder()
                                    .setEventId(id)
                                    .setUserId(user)
                                    .setImpressionId(impression)
                                    .setItemId("card")
                                    .setScenario("cash")
                                    .setEventTimeMs(nowMs)
                                    .build());
            case 8 ->
                    FeedEvent.of(
                            Conversion.newBuilder()
                                    .setEventId(id)
                                    .setUserId(user)
                                    .setImpressionId(impression)
                                    .setItemId("card")
                                    .setScenario("cash")
                                    .setEventTimeMs(nowMs)
                                    .build());
            case 9 ->
                    FeedEvent.of(
                            Investment.newBuilder()
                                    .setEventId(id)
                                    .setUserId(user)
                                    .setScenario("cash")
                                    .setDirection(Direction.SUBSCRIBE)
                                    .setAmountMinor(100 + number % 20_000)
                                    .setEventTimeMs(nowMs)
                                    .build());
            default ->
                    FeedEvent.of(
                            Impression.newBuilder()
                                    .setImpressionId(impression)
                                    .setUserId(user)
                                    .setItemId("card")
                                    .setScenario("cash")
                                    .setEventTimeMs(nowMs)
                                    .setAttributes(Map.of())
                                    .setMeasures(Map.of())
                                    .build());
        };
    }

    @Override
    public void close() {
        sink.close();
    }
}
