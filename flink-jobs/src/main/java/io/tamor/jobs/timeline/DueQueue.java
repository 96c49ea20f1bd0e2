package io.tamor.jobs.timeline;

import io.tamor.jobs.timeline.logic.PendingImpression;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.internal.InternalMapState;
import org.apache.flink.util.function.ThrowingConsumer;

/**
 * All that is due in the future of a subtask, in the order of event time over all its users. What
 * is due soon is on the heap. The rest is in keyed state, in buckets of five minutes by key group,
 * and each bucket is read in one go when its time comes: a deadline costs its share of a scan, not
 * a look-up of its user.
 *
 * <p>The keys of this state are not users: each key group has one of its own ({@link #groupKeys}),
 * the namespace is the bucket, and the map's key is {@link Due#key}. So what is due moves with its
 * key group when the job is rescaled. Which buckets there are, and how far event time had come, is
 * {@link #progress} in operator state.
 *
 * <p>On the heap are what is due in the bucket at hand, and at most {@link #MOST} others. Used by
 * the task's thread.
 */
final class DueQueue {
    // Names and types are a stored format, and so are the buckets' length and the groups' keys.
    static final MapStateDescriptor<Long, byte[]> DUE =
            new MapStateDescriptor<>(
                    "due", LongSerializer.INSTANCE, BytePrimitiveArraySerializer.INSTANCE);

    static final long BUCKET_MS = 300_000L;

    /** Most things on the heap whose bucket's time has not come; some 15 MB. */
    static final int MOST = 50_000;

    /** What is due within this time waits on the heap, where there is room. */
    private static final long SOON_MS = 1_800_000L;

    private static final int VERSION = 1;

    /** Does what is due. */
    interface Actions {
        /** Applies the events of one instant, in no order, of any users. */
        void events(List<Due> events) throws Exception;

        /** Closes a stage; true where the impression has another one, due at its next deadline. */
        boolean stage(Due stage) throws Exception;

        /** Looks at a user for what can be forgotten. */
        void look(Due look) throws Exception;
    }

    private final InternalMapState<String, Long, Long, byte[]> state;
    private final ThrowingConsumer<String, Exception> keys;
    private final int maxParallelism;
    private final KeyGroupRange groups;
    private final String[] groupKeys;

    private final PriorityQueue<Due> heap = new PriorityQueue<>(1024, Due.ORDER);

    /** The stages on the heap, by key. */
    private final Map<Long, Due> stages = new HashMap<>();

    /** Key groups with something stored, by bucket, of those not read yet. */
    private final TreeMap<Long, BitSet> buckets = new TreeMap<>();

    private final long[] restoredMs;
    private final DataOutputSerializer out = new DataOutputSerializer(512);
    private final DataInputDeserializer in = new DataInputDeserializer();
    private long nowMs = Long.MIN_VALUE;

    /**
     * @param keys makes a key the current one of keyed state
     */
    DueQueue(
            InternalMapState<String, Long, Long, byte[]> state,
            ThrowingConsumer<String, Exception> keys,
            int maxParallelism,
            KeyGroupRange groups) {
        this.state = state;
        this.keys = keys;
        this.maxParallelism = maxParallelism;
        this.groups = groups;
        this.groupKeys = groupKeys(maxParallelism, groups);
        this.restoredMs = new long[groups.getNumberOfKeyGroups()];
        Arrays.fill(restoredMs, Long.MIN_VALUE);
    }

    /** For each key group the first of "0", "1", "2" ... that falls into it. */
    private static String[] groupKeys(int maxParallelism, KeyGroupRange groups) {
        String[] found = new String[groups.getNumberOfKeyGroups()];
        int left = found.length;
        for (int i = 0; left > 0; i++) {
            String key = Integer.toString(i);
            int group = KeyGroupRangeAssignment.assignToKeyGroup(key, maxParallelism);
            if (groups.contains(group) && found[group - groups.getStartKeyGroup()] == null) {
                found[group - groups.getStartKeyGroup()] = key;
                left--;
            }
        }
        return found;
    }

    private int groupOf(String user) {
        return KeyGroupRangeAssignment.assignToKeyGroup(user, maxParallelism)
                - groups.getStartKeyGroup();
    }

    /** How far event time has come, for the users at hand: all that was due up to it is done. */
    long nowMs() {
        return nowMs;
    }

    /**
     * How far event time has come for a user: since a restore the sources may be behind what was
     * done before.
     */
    long doneMs(String user) {
        return Math.max(nowMs, restoredMs[groupOf(user)]);
    }

    /** Number of things on the heap. */
    int heapSize() {
        return heap.size();
    }

    /** Adds something due after {@link #nowMs}; may change the current key. */
    void add(Due due) throws Exception {
        long bucket = bucketMs(due.atMs);
        boolean open = bucket <= nowMs || (heap.size() < MOST && isSoon(due.atMs));
        if (open) {
            push(due);
        } else {
            write(due, bucket);
        }
    }

    private boolean isSoon(long atMs) {
        return nowMs == Long.MIN_VALUE || atMs - nowMs <= SOON_MS;
    }

    private void push(Due due) {
        heap.add(due);
        if (due.kind == Due.Kind.STAGE) {
            stages.put(due.key, due);
        }
    }

    /** Gives new labels to the stage that an impression waits for; may change the current key. */
    void relabel(String user, PendingImpression impression) throws Exception {
        long key = Due.stageKey(user, impression);
        Due waiting = stages.get(key);
        if (waiting != null && !waiting.stored) {
            waiting.impression = impression.copy();
            return;
        }
        setPlace(groupOf(user), bucketMs(impression.dueMs()));
        state.put(Due.labelsKey(key), Due.labelBytes(out, impression));
        if (waiting != null) {
            waiting.impression = impression.copy();
            waiting.labelsStored = true;
        }
    }

    /** Does all that is due up to the watermark, in order; changes the current key. */
    void advance(long watermarkMs, Actions actions) throws Exception {
        List<Due> events = new ArrayList<>();
        while (true) {
            Due first = heap.peek();
            long next = first == null ? Long.MAX_VALUE : first.atMs;
            Map.Entry<Long, BitSet> bucket = buckets.firstEntry();
            if (bucket != null && bucket.getKey() <= Math.min(next, watermarkMs)) {
                buckets.pollFirstEntry();
                read(bucket.getKey(), bucket.getValue());
            } else if (first == null || next > watermarkMs) {
                break;
            } else {
                nowMs = next;
                act(first, events, actions);
            }
        }
        nowMs = Math.max(nowMs, watermarkMs);
    }

    private void act(Due first, List<Due> events, Actions actions) throws Exception {
        heap.poll();
        switch (first.kind) {
            case EVENT -> {
                events.clear();
                events.add(first);
                for (Due other;
                        (other = heap.peek()) != null
                                && other.kind == Due.Kind.EVENT
                                && other.atMs == first.atMs; ) {
                    events.add(heap.poll());
                }
                actions.events(events);
                for (Due done : events) {
                    forget(done);
                }
            }
            case STAGE -> {
                stages.remove(first.key);
                boolean more = actions.stage(first);
                forget(first);
                if (more) {
                    add(Due.stage(first.user, first.impression(), first.frozen()));
                }
            }
            case LOOK -> {
                forget(first);
                actions.look(first);
            }
        }
    }

    private void forget(Due done) throws Exception {
        if (done.stored) {
            setPlace(groupOf(done.user), bucketMs(done.atMs));
            state.remove(done.key);
            if (done.labelsStored) {
                state.remove(Due.labelsKey(done.key));
            }
        }
    }

    private void write(Due due, long bucket) throws Exception {
        int group = groupOf(due.user);
        setPlace(group, bucket);
        state.put(due.key, due.toBytes(out, bucket));
        due.stored = true;
        if (bucket > nowMs) {
            buckets.computeIfAbsent(bucket, b -> new BitSet()).set(group);
        }
    }

    private void setPlace(int group, long bucket) throws Exception {
        keys.accept(groupKeys[group]);
        state.setCurrentNamespace(bucket);
    }

    private void read(long bucket, BitSet present) throws Exception {
        Map<Long, byte[]> labels = new HashMap<>();
        List<Due> found = new ArrayList<>();
        for (int g = present.nextSetBit(0); g >= 0; g = present.nextSetBit(g + 1)) {
            setPlace(g, bucket);
            for (Map.Entry<Long, byte[]> one : state.entries()) {
                if (Due.isLabels(one.getKey())) {
                    labels.put(one.getKey(), one.getValue());
                } else {
                    in.setBuffer(one.getValue());
                    found.add(Due.read(in, bucket, one.getKey()));
                }
            }
            for (Due due : found) {
                byte[] newer =
                        due.kind == Due.Kind.STAGE ? labels.get(Due.labelsKey(due.key)) : null;
                if (newer != null) {
                    in.setBuffer(newer);
                    due.readLabels(in);
                }
                push(due);
            }
            labels.clear();
            found.clear();
        }
    }

    /**
     * Writes all that is on the heap alone to keyed state; what is not due in the bucket at hand is
     * there alone from then on. Changes the current key.
     */
    void store() throws Exception {
        List<Due> kept = new ArrayList<>();
        for (Due due : heap) {
            long bucket = bucketMs(due.atMs);
            if (!due.stored) {
                write(due, bucket);
            }
            if (bucket <= nowMs) {
                kept.add(due);
            } else if (due.kind == Due.Kind.STAGE) {
                stages.remove(due.key);
            }
        }
        heap.clear();
        heap.addAll(kept);
    }

    static long bucketMs(long timeMs) {
        return Math.floorDiv(timeMs, BUCKET_MS) * BUCKET_MS;
    }

    /**
     * What a subtask must know after a restore beside keyed state: its key groups, how far event
     * time had come, and the buckets that may hold something.
     */
    byte[] progress() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream to = new DataOutputStream(bytes);
        List<Long> present = new ArrayList<>(buckets.keySet());
        if (!heap.isEmpty()) { // once stored, what is left on it is of the bucket at hand
            present.add(bucketMs(nowMs));
        }
        to.writeByte(VERSION);
        to.writeInt(groups.getStartKeyGroup());
        to.writeInt(groups.getNumberOfKeyGroups());
        for (long restored : restoredMs) {
            to.writeLong(Math.max(nowMs, restored));
        }
        to.writeInt(present.size());
        for (long bucket : present) {
            to.writeLong(bucket);
        }
        return bytes.toByteArray();
    }

    /**
     * Takes what a former subtask stored as {@link #progress}, as far as it is about these groups.
     */
    void restore(byte[] progress) throws IOException {
        DataInputStream from = new DataInputStream(new ByteArrayInputStream(progress));
        int version = from.readByte();
        if (version != VERSION) {
            throw new IOException(
                    "progress: form version "
                            + version
                            + ", this build reads "
                            + VERSION
                            + "; restore with the build that wrote it or a newer one");
        }
        int start = from.readInt();
        BitSet own = new BitSet();
        int count = from.readInt();
        for (int i = 0; i < count; i++) {
            long doneMs = from.readLong();
            if (groups.contains(start + i)) {
                int group = start + i - groups.getStartKeyGroup();
                own.set(group);
                restoredMs[group] = Math.max(restoredMs[group], doneMs);
            }
        }
        for (int left = own.isEmpty() ? 0 : from.readInt(); left > 0; left--) {
            buckets.computeIfAbsent(from.readLong(), b -> new BitSet()).or(own);
        }
    }
}
