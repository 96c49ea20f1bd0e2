package io.tamor.quickstart.feed;

import io.tamor.schemas.Click;
import io.tamor.schemas.Conversion;
import java.util.Arrays;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * Turns events in order of happening into events in order of arrival, with the faults of the way:
 * disorder, duplicates, orphans, undecodable bytes, latecomers. Memory: the events of one disorder
 * (latecomers: of four). The same input and seed give the same output.
 */
public final class Arrivals implements FeedSink {
    private static final int LONGEST_NOISE = 64;

    private final FeedSink next;
    private final ArrivalFaults faults;
    private final SplittableRandom random;
    private final EventEncoder encoder = new EventEncoder();
    private final PriorityQueue<Arrival> waiting = new PriorityQueue<>();
    private final long disorderMs;
    private long sequence;
    private long orphanCount;

    public Arrivals(ArrivalFaults faults, FeedSink next) {
        this.faults = faults;
        this.next = next;
        this.random = new SplittableRandom(faults.seed());
        this.disorderMs = faults.disorder().toMillis();
    }

    private record Arrival(long timeMs, long sequence, FeedEvent event)
            implements Comparable<Arrival> {
        @Override
        public int compareTo(Arrival other) {
            int byTime = Long.compare(timeMs, other.timeMs);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    @Override
    public void accept(FeedEvent event) {
        release(event.eventTimeMs());
        long delayMs = within(disorderMs);
        if (happens(faults.late())) {
            delayMs = 2 * disorderMs + within(2 * disorderMs);
        }
        send(event, delayMs);
        if (happens(faults.duplicates())) {
            send(event, Math.max(delayMs, within(disorderMs)));
        }
        if (orphanable(event) && happens(faults.orphans())) {
            send(orphanOf(event), within(disorderMs));
        }
        if (happens(faults.undecodable())) {
            send(
                    FeedEvent.noise(
                            event.stream(), event.userId(), event.eventTimeMs(), noise(event)),
                    within(disorderMs));
        }
    }

    @Override
    public void close() {
        release(Long.MAX_VALUE);
        next.close();
    }

    private void send(FeedEvent event, long delayMs) {
        waiting.add(new Arrival(event.eventTimeMs() + delayMs, sequence++, event));
    }

    /** What arrives before the given time can have no later event before it. */
    private void release(long timeMs) {
        for (Arrival head = waiting.peek();
                head != null && head.timeMs() < timeMs;
                head = waiting.peek()) {
            waiting.poll();
            next.accept(head.event());
        }
    }

    private boolean happens(double share) {
        return share > 0 && random.nextDouble() < share;
    }

    private long within(long boundMs) {
        return boundMs == 0 ? 0 : random.nextLong(boundMs);
    }

    private static boolean orphanable(FeedEvent event) {
        return event.record() instanceof Click || event.record() instanceof Conversion;
    }

    private FeedEvent orphanOf(FeedEvent event) {
        String id = "orphan-" + orphanCount++;
        if (event.record() instanceof Click click) {
            return FeedEvent.of(
                    Click.newBuilder(click).setEventId(id).setImpressionId("no-" + id).build());
        }
        Conversion conversion = (Conversion) event.record();
        return FeedEvent.of(
                Conversion.newBuilder(conversion)
                        .setEventId(id)
                        .setImpressionId("no-" + id)
                        .build());
    }

    /** Half of it is a record cut short, half of it nothing that ever was a record. */
    private byte[] noise(FeedEvent event) {
        if (random.nextBoolean()) {
            byte[] whole = encoder.encode(event);
            return Arrays.copyOf(whole, random.nextInt(whole.length));
        }
        byte[] bytes = new byte[1 + random.nextInt(LONGEST_NOISE)];
        random.nextBytes(bytes);
        return bytes;
    }
}
