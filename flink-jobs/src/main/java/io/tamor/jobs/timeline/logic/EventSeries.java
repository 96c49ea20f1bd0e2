package io.tamor.jobs.timeline.logic;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Counts, and sums of amounts where the events have one, by hop, oldest first. Hops without events
 * take no room.
 */
final class EventSeries {
    /** Says which events are counted ({@link SeriesSpec#id}). */
    final int id;

    private final boolean money;
    private int size;
    private long[] hops = new long[2];
    private long[] counts = new long[2];
    private long[] sums;

    EventSeries(int id, boolean money) {
        this.id = id;
        this.money = money;
        this.sums = new long[money ? 2 : 0];
    }

    /** Adds an event, which is not older than the last one. */
    void add(long hop, long amountMinor) {
        if (size == 0 || hops[size - 1] < hop) {
            if (size == hops.length) {
                grow(2 * size);
            }
            hops[size] = hop;
            counts[size] = 0;
            if (money) {
                sums[size] = 0;
            }
            size++;
        }
        counts[size - 1]++;
        if (money) {
            long sum = sums[size - 1] + amountMinor;
            sums[size - 1] = sum < 0 ? Long.MAX_VALUE : sum;
        }
    }

    /** Drops the hops up to one. */
    void prune(long upToHop) {
        int drop = 0;
        while (drop < size && hops[drop] <= upToHop) {
            drop++;
        }
        if (drop > 0) {
            size -= drop;
            System.arraycopy(hops, drop, hops, 0, size);
            System.arraycopy(counts, drop, counts, 0, size);
            if (money) {
                System.arraycopy(sums, drop, sums, 0, size);
            }
        }
    }

    void clear() {
        size = 0;
    }

    /** Number of events in the hops after one. */
    long count(long afterHop) {
        long count = 0;
        for (int i = size - 1; i >= 0 && hops[i] > afterHop; i--) {
            count += counts[i];
        }
        return count;
    }

    /** Sum of the amounts in the hops after one, saturated. */
    long sum(long afterHop) {
        long sum = 0;
        for (int i = size - 1; i >= 0 && hops[i] > afterHop; i--) {
            sum += sums[i];
            if (sum < 0) {
                return Long.MAX_VALUE;
            }
        }
        return sum;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** The newest hop; there must be one. */
    long newestHop() {
        return hops[size - 1];
    }

    void write(DataOutput out) throws IOException {
        out.writeInt(id);
        VarLong.write(out, 2L * size + (money ? 1 : 0));
        long before = 0;
        for (int i = 0; i < size; i++) {
            VarLong.write(out, hops[i] - before);
            before = hops[i];
            VarLong.write(out, counts[i]);
            if (money) {
                VarLong.write(out, sums[i]);
            }
        }
    }

    static EventSeries read(DataInput in) throws IOException {
        int id = in.readInt();
        long head = VarLong.read(in);
        EventSeries series = new EventSeries(id, (head & 1) == 1);
        int size = (int) (head >>> 1);
        series.grow(Math.max(2, size));
        long hop = 0;
        for (int i = 0; i < size; i++) {
            hop += VarLong.read(in);
            series.hops[i] = hop;
            series.counts[i] = VarLong.read(in);
            if (series.money) {
                series.sums[i] = VarLong.read(in);
            }
        }
        series.size = size;
        return series;
    }

    private void grow(int capacity) {
        hops = Arrays.copyOf(hops, capacity);
        counts = Arrays.copyOf(counts, capacity);
        if (money) {
            sums = Arrays.copyOf(sums, capacity);
        }
    }
}
