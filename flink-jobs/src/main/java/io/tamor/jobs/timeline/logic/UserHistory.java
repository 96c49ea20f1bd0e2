package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.config.AggregateOptions.Events;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * A user's accepted events, oldest first, in flat arrays: what matching, duplicate checks and user
 * totals read. Bounded in time by {@link #prune}. About 26 bytes an event when stored.
 */
final class UserHistory {
    static final int IMPRESSION = 0;
    static final int CLICK = 1;
    static final int CONVERSION = 2;
    static final int SUBSCRIPTION = 3;
    static final int REDEMPTION = 4;

    private int size;
    private long[] times = new long[4];
    private byte[] types = new byte[4];
    private long[] ids = new long[4];
    private long[] items = new long[4];
    private int[] scenarios = new int[4];
    private long[] amounts = new long[4];

    /** What aggregates call events of a type. */
    static Events eventsOf(int type) {
        return switch (type) {
            case IMPRESSION -> Events.IMPRESSIONS;
            case CLICK -> Events.CLICKS;
            case CONVERSION -> Events.CONVERSIONS;
            case SUBSCRIPTION -> Events.INVESTMENTS;
            case REDEMPTION -> Events.REDEMPTIONS;
            default -> throw new IllegalStateException("event type " + type + ": damaged state");
        };
    }

    int size() {
        return size;
    }

    long timeMs(int index) {
        return times[index];
    }

    int type(int index) {
        return types[index];
    }

    long item(int index) {
        return items[index];
    }

    int scenario(int index) {
        return scenarios[index];
    }

    long amountMinor(int index) {
        return amounts[index];
    }

    /** Adds an event at its place in time. */
    void add(LabelEvent event) {
        add(
                event.timeMs(),
                event.historyType(),
                IdHash.of(event.id()),
                event.item(),
                event.scenario(),
                event.amountMinor());
    }

    private void add(long timeMs, int type, long id, long item, int scenario, long amountMinor) {
        if (size == times.length) {
            grow(2 * size);
        }
        int at = size;
        while (at > 0 && times[at - 1] > timeMs) {
            at--;
        }
        move(at, at + 1, size - at);
        times[at] = timeMs;
        types[at] = (byte) type;
        ids[at] = id;
        items[at] = item;
        scenarios[at] = scenario;
        amounts[at] = amountMinor;
        size++;
    }

    private void move(int from, int to, int count) {
        System.arraycopy(times, from, times, to, count);
        System.arraycopy(types, from, types, to, count);
        System.arraycopy(ids, from, ids, to, count);
        System.arraycopy(items, from, items, to, count);
        System.arraycopy(scenarios, from, scenarios, to, count);
        System.arraycopy(amounts, from, amounts, to, count);
    }

    /** Drops what is older than the time. */
    void prune(long beforeMs) {
        int drop = 0;
        while (drop < size && times[drop] < beforeMs) {
            drop++;
        }
        if (drop > 0) {
            int left = size - drop;
            move(drop, 0, left);
            size = left;
        }
    }

    /** True where an event of the kind with the id happened at or after the time. */
    boolean knows(EventKind kind, long id, long sinceMs) {
        for (int i = size - 1; i >= 0 && times[i] >= sinceMs; i--) {
            if (ids[i] == id && Math.min(types[i], SUBSCRIPTION) == kind.code()) {
                return true;
            }
        }
        return false;
    }

    /** Id of the latest impression of the item up to the time, 0 where there is none. */
    long latestImpressionOf(long item, long timeMs) {
        for (int i = size - 1; i >= 0; i--) {
            if (types[i] == IMPRESSION && items[i] == item && times[i] <= timeMs) {
                return ids[i];
            }
        }
        return 0;
    }

    /** Sum of the subscriptions after the time. */
    long subscribedAfter(long timeMs) {
        long sum = 0;
        for (int i = size - 1; i >= 0 && times[i] > timeMs; i--) {
            if (types[i] == SUBSCRIPTION) {
                sum = Amounts.sum(sum, amounts[i]);
            }
        }
        return sum;
    }

    void write(DataOutput out) throws IOException {
        VarLong.write(out, size);
        long before = 0;
        for (int i = 0; i < size; i++) {
            VarLong.write(out, times[i] - before);
            before = times[i];
            out.writeByte(types[i]);
            out.writeLong(ids[i]);
            out.writeLong(items[i]);
            out.writeInt(scenarios[i]);
            if (types[i] >= SUBSCRIPTION) {
                VarLong.write(out, amounts[i]);
            }
        }
    }

    static UserHistory read(DataInput in) throws IOException {
        UserHistory history = new UserHistory();
        int size = (int) VarLong.read(in);
        history.grow(Math.max(4, size));
        long time = 0;
        for (int i = 0; i < size; i++) {
            time += VarLong.read(in);
            int type = in.readByte();
            history.add(
                    time,
                    type,
                    in.readLong(),
                    in.readLong(),
                    in.readInt(),
                    type >= SUBSCRIPTION ? VarLong.read(in) : 0);
        }
        return history;
    }

    private void grow(int capacity) {
        times = Arrays.copyOf(times, capacity);
        types = Arrays.copyOf(types, capacity);
        ids = Arrays.copyOf(ids, capacity);
        items = Arrays.copyOf(items, capacity);
        scenarios = Arrays.copyOf(scenarios, capacity);
        amounts = Arrays.copyOf(amounts, capacity);
    }
}
