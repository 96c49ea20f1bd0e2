package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.config.AggregateOptions.Events;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * A user's accepted events, oldest first, in flat arrays: what matching, duplicate checks and
 * aggregates of recent events read. Bounded in time by {@link #prune}. About 14 bytes an event when
 * stored, and 8 for each of its items.
 */
final class UserHistory {
    static final int IMPRESSION = 0;
    static final int CLICK = 1;
    static final int CONVERSION = 2;
    static final int SUBSCRIPTION = 3;
    static final int REDEMPTION = 4;

    private static final int TYPE = 7;
    private static final int LATE = 8;

    /** In the stored form: labels follow that are still open. */
    private static final int PENDING = 16;

    private static final int NO_ITEM = 32;

    /** What is read is read for an event or two more. */
    private static final int ROOM = 4;

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
        return types[index] & TYPE;
    }

    /** True of an event that came behind the watermark: features never know it. */
    boolean late(int index) {
        return (types[index] & LATE) != 0;
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

    /**
     * Adds an event at its place in time; one that came late is marked.
     *
     * @param withItem false where nothing will ask for its item
     */
    void add(LabelEvent event, boolean late, boolean withItem) {
        add(
                event.timeMs(),
                event.historyType() | (late ? LATE : 0),
                IdHash.of(event.id()),
                withItem ? event.item() : LabelEvent.NO_ITEM,
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
        if (at < size) {
            move(at, at + 1, size - at);
        }
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
            if (ids[i] == id && Math.min(type(i), SUBSCRIPTION) == kind.code()) {
                return true;
            }
        }
        return false;
    }

    boolean hasImpression() {
        for (int i = 0; i < size; i++) {
            if (type(i) == IMPRESSION) {
                return true;
            }
        }
        return false;
    }

    /** Id of the latest impression of the item up to the time, 0 where there is none. */
    long latestImpressionOf(long item, long timeMs) {
        for (int i = size - 1; i >= 0; i--) {
            if (type(i) == IMPRESSION && items[i] == item && times[i] <= timeMs) {
                return ids[i];
            }
        }
        return 0;
    }

    /** Sum of the subscriptions after the time. */
    long subscribedAfter(long timeMs) {
        long sum = 0;
        for (int i = size - 1; i >= 0 && times[i] > timeMs; i--) {
            if (type(i) == SUBSCRIPTION) {
                sum = Amounts.sum(sum, amounts[i]);
            }
        }
        return sum;
    }

    /** True where each of the impressions is among the events, in their order. */
    boolean holds(List<PendingImpression> pending) {
        int found = 0;
        for (int i = 0; i < size && found < pending.size(); i++) {
            if (isOf(i, pending.get(found))) {
                found++;
            }
        }
        return found == pending.size();
    }

    private boolean isOf(int index, PendingImpression impression) {
        return ids[index] == impression.id
                && type(index) == IMPRESSION
                && times[index] == impression.timeMs
                && scenarios[index] == impression.scenario;
    }

    /**
     * Writes the events, each open impression's labels with it.
     *
     * @param pending impressions among the events, in their order
     */
    void write(DataOutput out, List<PendingImpression> pending) throws IOException {
        VarLong.write(out, size);
        Dictionary names = Dictionary.ofHashes();
        Dictionary places = Dictionary.ofShortHashes();
        Dictionary waits = Dictionary.ofNumbers();
        long before = 0;
        int open = 0;
        for (int i = 0; i < size; i++) {
            boolean isOpen = open < pending.size() && isOf(i, pending.get(open));
            boolean hasItem = items[i] != LabelEvent.NO_ITEM;
            VarLong.write(out, times[i] - before);
            before = times[i];
            out.writeByte(types[i] | (isOpen ? PENDING : 0) | (hasItem ? 0 : NO_ITEM));
            out.writeLong(ids[i]);
            if (hasItem) {
                names.write(out, items[i]);
            }
            places.write(out, scenarios[i]);
            if (type(i) >= SUBSCRIPTION) {
                VarLong.write(out, amounts[i]);
            }
            if (isOpen) {
                pending.get(open++).writeLabels(out, waits);
            }
        }
    }

    /** Reads what {@link #write} wrote; adds the open impressions to the list. */
    static UserHistory read(DataInput in, List<PendingImpression> pending, int version)
            throws IOException {
        UserHistory history = new UserHistory();
        int size = (int) VarLong.read(in);
        history.grow(size + ROOM);
        Dictionary names = Dictionary.ofHashes();
        Dictionary places = version < 6 ? Dictionary.ofHashes() : Dictionary.ofShortHashes();
        Dictionary waits = Dictionary.ofNumbers();
        long time = 0;
        for (int i = 0; i < size; i++) {
            time += VarLong.read(in);
            int head = in.readUnsignedByte();
            int type = head & TYPE;
            long id = in.readLong();
            long item = (head & NO_ITEM) != 0 ? LabelEvent.NO_ITEM : names.read(in);
            int scenario = (int) places.read(in);
            long amountMinor = type >= SUBSCRIPTION ? VarLong.read(in) : 0;
            history.add(time, head & (TYPE | LATE), id, item, scenario, amountMinor);
            if ((head & PENDING) != 0) {
                pending.add(PendingImpression.readLabels(in, id, time, scenario, waits, version));
            }
        }
        return history;
    }

    /** Reads the form of versions 1 to 4 of {@link UserState}. */
    static UserHistory readVersion4(DataInput in) throws IOException {
        UserHistory history = new UserHistory();
        int size = (int) VarLong.read(in);
        history.grow(size + ROOM);
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
