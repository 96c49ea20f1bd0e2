package io.tamor.jobs.timeline;

import io.tamor.jobs.io.FormVersion;
import io.tamor.jobs.io.KeyGroupKeys;
import io.tamor.jobs.timeline.logic.UserState;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.internal.InternalMapState;
import org.apache.flink.util.function.ThrowingConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What is due later, as chunks in keyed state: what one write had for a key group from one bucket
 * on, of so many buckets that it is {@link #FULL}, or {@link #MOST_MS}. The keys of this state are
 * not users: each key group has one of its own, the namespace is the first bucket, and the map's
 * key numbers the chunks. So what is due moves with its key group when the job is rescaled. Every
 * method changes the current key.
 *
 * <pre>
 * chunk   version, version of the labels' form    1 byte each
 *         what is due, as {@link Due} writes it   one frame of ZSTD, with its checksum
 * </pre>
 *
 * <p>A chunk is compressed here and not by RocksDB alone, so that it is small from the write buffer
 * on, and as a whole: what it holds is alike. Version 1 held five minutes, and its bytes are those
 * of version 2; {@link Due} says what version 3 brought; up to that one chunks were as they are. Up
 * to version 4 features had at most 65,535 bytes.
 */
final class DueChunks {
    // Names and types are a stored format, and so are the groups' keys.
    static final MapStateDescriptor<Long, byte[]> DUE =
            new MapStateDescriptor<>(
                    "due", LongSerializer.INSTANCE, BytePrimitiveArraySerializer.INSTANCE);

    private static final int VERSION = 5;

    /** Of version and version of the labels' form. */
    private static final int HEAD_BYTES = 2;

    /** With so much a chunk ends with the bucket that it has come to. */
    static final int FULL = 64;

    /** A chunk is in memory from its first bucket on. */
    static final long MOST_MS = 10_800_000L;

    /**
     * A chunk's place.
     *
     * @param group key group, counted from the subtask's first
     * @param bucketMs start of its first bucket
     */
    record Chunk(int group, long bucketMs, long number) {}

    /** A chunk that is being written. */
    private static final class Page {
        final DataOutputSerializer out = new DataOutputSerializer(1024);
        final long fromMs;
        long toMs;
        int count;

        Page(long fromMs) {
            this.fromMs = fromMs;
        }

        boolean endsBefore(long bucketMs) {
            return bucketMs != toMs && (count >= FULL || bucketMs - fromMs > MOST_MS);
        }
    }

    private final InternalMapState<String, Long, Long, byte[]> state;
    private final ThrowingConsumer<String, Exception> keys;
    private final int maxParallelism;
    private final KeyGroupRange groups;
    private final ChunkCompression compression;
    private final String[] groupKeys;

    /** By key group; null where nothing is being written. */
    private final @Nullable Page[] pages;

    private final DataInputDeserializer in = new DataInputDeserializer();
    private long count;
    private long formerCount;

    /**
     * @param keys makes a key the current one of keyed state
     * @param groups the key groups of this subtask
     * @param compression closed by who made it
     */
    DueChunks(
            InternalMapState<String, Long, Long, byte[]> state,
            ThrowingConsumer<String, Exception> keys,
            int maxParallelism,
            KeyGroupRange groups,
            ChunkCompression compression) {
        this.state = state;
        this.keys = keys;
        this.maxParallelism = maxParallelism;
        this.groups = groups;
        this.compression = compression;
        this.groupKeys = KeyGroupKeys.of("", groups, maxParallelism);
        this.pages = new Page[groups.getNumberOfKeyGroups()];
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

    /**
     * Writes what is due in a bucket; buckets come in the order of time. Some of it is written with
     * the last of them only, by {@link #end}.
     *
     * @param written takes each chunk that is written
     */
    void write(long bucketMs, List<Due> dues, Consumer<Chunk> written) throws Exception {
        for (Due due : dues) {
            int group = groupOf(due.user);
            Page page = pages[group];
            if (page != null && page.endsBefore(bucketMs)) {
                written.accept(end(group, page));
                page = null;
            }
            if (page == null) {
                page = new Page(bucketMs);
                pages[group] = page;
            }
            due.write(page.out, page.fromMs);
            page.toMs = bucketMs;
            page.count++;
        }
    }

    /** Ends all chunks that are being written. */
    void end(Consumer<Chunk> written) throws Exception {
        for (int group = 0; group < pages.length; group++) {
            Page page = pages[group];
            if (page != null) {
                written.accept(end(group, page));
            }
        }
    }

    private Chunk end(int group, Page page) throws Exception {
        setPlace(group, page.fromMs);
        byte[] chunk =
                compression.compressed(page.out.getSharedBuffer(), page.out.length(), HEAD_BYTES);
        chunk[0] = VERSION;
        chunk[1] = UserState.VERSION;
        state.put(++count, chunk);
        pages[group] = null;
        return new Chunk(group, page.fromMs, count);
    }

    /**
     * Finds the chunks from a bucket on that former subtasks have written. A look at one key group
     * goes through all files that may have some of it: what a subtask writes itself it remembers.
     *
     * @param of the key groups to look in
     * @return in no order
     */
    List<Chunk> find(long bucketMs, BitSet of) throws Exception {
        List<Chunk> found = new ArrayList<>();
        for (int group = of.nextSetBit(0); group >= 0; group = of.nextSetBit(group + 1)) {
            setPlace(group, bucketMs);
            for (long number : state.keys()) {
                if (number <= formerCount) {
                    found.add(new Chunk(group, bucketMs, number));
                }
            }
        }
        return found;
    }

    /**
     * Reads a chunk.
     *
     * @param doneMs by key group, up to when all is done
     */
    List<Due> read(Chunk chunk, long[] doneMs) throws Exception {
        setPlace(chunk.group, chunk.bucketMs);
        byte[] stored = state.get(chunk.number);
        if (stored == null) {
            throw new IllegalStateException(
                    "what is due from "
                            + chunk.bucketMs
                            + " on lacks a part that was written: the state is damaged");
        }
        in.setBuffer(stored);
        int version = FormVersion.require("due", 1, VERSION, in.readByte());
        int labelsVersion = in.readByte();
        if (version >= 4) {
            in.setBuffer(compression.decompressed(stored, HEAD_BYTES));
        }
        List<Due> found = new ArrayList<>();
        while (in.available() > 0) {
            Due due = Due.read(in, chunk.bucketMs, version, labelsVersion);
            due.stored = true;
            due.chunk = chunk.number;
            if (due.atMs > doneMs[chunk.group]) {
                found.add(due);
            }
        }
        return found;
    }

    /** Removes a chunk. */
    void clear(Chunk chunk) throws Exception {
        setPlace(chunk.group, chunk.bucketMs);
        state.remove(chunk.number);
    }

    private void setPlace(int group, long bucketMs) throws Exception {
        keys.accept(groupKeys[group]);
        state.setCurrentNamespace(bucketMs);
    }
}
