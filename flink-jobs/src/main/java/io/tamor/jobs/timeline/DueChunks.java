package io.tamor.jobs.timeline;

import io.tamor.jobs.io.KeyGroupKeys;
import io.tamor.jobs.timeline.logic.UserState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
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
 * What is due later, as chunks in keyed state: all that one write had for a bucket and key group.
 * The keys of this state are not users: each key group has one of its own, the namespace is the
 * bucket, and the map's key numbers the chunks. So what is due moves with its key group when the
 * job is rescaled. Every method changes the current key.
 *
 * <pre>
 * chunk   version 1, version of the labels' form    1 byte each
 *         until the end what is due, as {@link Due} writes it
 * </pre>
 */
final class DueChunks {
    // Names and types are a stored format, and so are the groups' keys.
    static final MapStateDescriptor<Long, byte[]> DUE =
            new MapStateDescriptor<>(
                    "due", LongSerializer.INSTANCE, BytePrimitiveArraySerializer.INSTANCE);

    private static final int VERSION = 1;

    /**
     * A chunk's place among those of its bucket.
     *
     * @param group key group, counted from the subtask's first
     */
    record Chunk(int group, long number) {}

    private final InternalMapState<String, Long, Long, byte[]> state;
    private final ThrowingConsumer<String, Exception> keys;
    private final int maxParallelism;
    private final KeyGroupRange groups;
    private final String[] groupKeys;
    private final DataOutputSerializer out = new DataOutputSerializer(4096);
    private final DataInputDeserializer in = new DataInputDeserializer();
    private long count;
    private long formerCount;

    /**
     * @param keys makes a key the current one of keyed state
     * @param groups the key groups of this subtask
     */
    DueChunks(
            InternalMapState<String, Long, Long, byte[]> state,
            ThrowingConsumer<String, Exception> keys,
            int maxParallelism,
            KeyGroupRange groups) {
        this.state = state;
        this.keys = keys;
        this.maxParallelism = maxParallelism;
        this.groups = groups;
        this.groupKeys = KeyGroupKeys.of("", groups, maxParallelism);
    }

    /** The key groups of this subtask. */
    KeyGroupRange groups() {
        return groups;
    }

    /** A user's key group, counted from the subtask's first. */
    int groupOf(String user) {
        return KeyGroupRangeAssignment.assignToKeyGroup(user, maxParallelism)
                - groups.getStartKeyGroup();
    }

    /** Number of the last chunk. */
    long count() {
        return count;
    }

    /** Chunks up to a number may be there already, of former subtasks. */
    void countFrom(long number) {
        count = Math.max(count, number);
        formerCount = count;
    }

    /** Writes one chunk for each key group that something of a bucket belongs to. */
    List<Chunk> write(long bucketMs, List<Due> dues) throws Exception {
        Map<Integer, List<Due>> byGroup = new HashMap<>();
        for (Due due : dues) {
            byGroup.computeIfAbsent(groupOf(due.user), g -> new ArrayList<>()).add(due);
        }
        List<Chunk> written = new ArrayList<>(byGroup.size());
        for (Map.Entry<Integer, List<Due>> ofGroup : byGroup.entrySet()) {
            out.clear();
            out.writeByte(VERSION);
            out.writeByte(UserState.VERSION);
            for (Due due : ofGroup.getValue()) {
                due.write(out, bucketMs);
            }
            setPlace(ofGroup.getKey(), bucketMs);
            state.put(++count, out.getCopyOfBuffer());
            written.add(new Chunk(ofGroup.getKey(), count));
        }
        return written;
    }

    /**
     * Finds the chunks of a bucket that former subtasks have written. A look at one key group goes
     * through all files that may have some of it: what a subtask writes itself it remembers.
     *
     * @param of the key groups to look in
     * @return in the order in which they were written, key group by key group
     */
    List<Chunk> find(long bucketMs, BitSet of) throws Exception {
        List<Chunk> found = new ArrayList<>();
        for (int group = of.nextSetBit(0); group >= 0; group = of.nextSetBit(group + 1)) {
            setPlace(group, bucketMs);
            TreeSet<Long> numbers = new TreeSet<>();
            state.keys().forEach(numbers::add);
            for (long number : numbers.headSet(formerCount, true)) {
                found.add(new Chunk(group, number));
            }
        }
        return found;
    }

    /**
     * Reads what is due in a bucket.
     *
     * @param chunks the chunks of the bucket
     * @param doneMs by key group, up to when all is done
     */
    List<Due> read(long bucketMs, List<Chunk> chunks, long[] doneMs) throws Exception {
        List<Due> found = new ArrayList<>();
        for (Chunk chunk : chunks) {
            setPlace(chunk.group, bucketMs);
            byte[] stored = state.get(chunk.number);
            if (stored == null) {
                throw new IllegalStateException(
                        "what is due from "
                                + bucketMs
                                + " on lacks a part that was written: the state is damaged");
            }
            read(stored, bucketMs, doneMs[chunk.group], found);
        }
        return found;
    }

    private void read(byte[] chunk, long bucketMs, long doneMs, List<Due> found)
            throws IOException {
        in.setBuffer(chunk);
        int version = in.readByte();
        if (version != VERSION) {
            throw new IOException(
                    "due: form version "
                            + version
                            + ", this build reads "
                            + VERSION
                            + "; restore with the build that wrote it or a newer one");
        }
        int labelsVersion = in.readByte();
        while (in.available() > 0) {
            Due due = Due.read(in, bucketMs, labelsVersion);
            due.stored = true;
            if (due.atMs > doneMs) {
                found.add(due);
            }
        }
    }

    /** Removes chunks of a bucket. */
    void clear(long bucketMs, List<Chunk> chunks) throws Exception {
        for (Chunk chunk : chunks) {
            setPlace(chunk.group, bucketMs);
            state.remove(chunk.number);
        }
    }

    private void setPlace(int group, long bucketMs) throws Exception {
        keys.accept(groupKeys[group]);
        state.setCurrentNamespace(bucketMs);
    }
}
