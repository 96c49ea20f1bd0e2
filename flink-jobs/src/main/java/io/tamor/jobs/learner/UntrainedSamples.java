package io.tamor.jobs.learner;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.io.KeyGroupKeys;
import io.tamor.jobs.learner.logic.QueuedSample;
import io.tamor.jobs.learner.logic.SampleReader;
import io.tamor.jobs.learner.logic.StoredSegment;
import io.tamor.jobs.learner.logic.TrainingQueue;
import io.tamor.jobs.learner.logic.Untrained;
import io.tamor.schemas.wire.MalformedRecordException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;

/**
 * Samples not trained yet, in keyed state for a restore; the queue has them in memory. A checkpoint
 * adds those that came since the last one and drops what has been trained, so its cost goes by what
 * has changed and not by how many wait.
 *
 * <p>State, by key group, under a key made up for the group, so that samples go where their users'
 * rows go: segments, each the samples that one checkpoint found new, never changed and dropped when
 * none of its samples waits; and a head, written anew each time: up to when event time has passed,
 * and the samples that have joined the current mini-batch. Samples of a segment that matured by
 * then are trained or in the head.
 */
final class UntrainedSamples {
    private static final MapStateDescriptor<Long, byte[]> SEGMENTS =
            new MapStateDescriptor<>(
                    "untrained-segments",
                    Types.LONG,
                    PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

    /** Where earlier builds kept all of a user's samples. */
    private static final ListStateDescriptor<byte[]> FORMER =
            new ListStateDescriptor<>(
                    "untrained-samples", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

    private static final long HEAD = -1;
    private static final byte VERSION = 1;

    private final KeyedStateBackend<String> backend;
    private final MapState<Long, byte[]> segments;
    private final SampleReader reader;
    private final int keyGroups;
    private final Map<Integer, Group> groups = new HashMap<>();
    private long nextSegment;

    /** A key group's part of the state and what the next checkpoint does about it. */
    private static final class Group {
        final String key;
        final List<QueuedSample> arrived = new ArrayList<>();
        final List<byte[]> head = new ArrayList<>();
        final List<Long> finished = new ArrayList<>();
        int segments;
        boolean stored;

        Group(String key) {
            this.key = key;
        }
    }

    /**
     * @param keyGroups the operator's maximum parallelism
     */
    UntrainedSamples(
            KeyedStateBackend<String> backend,
            KeyedStateStore store,
            Deployment deployment,
            int keyGroups) {
        this.backend = backend;
        this.segments = store.getMapState(SEGMENTS);
        // Registered so that what earlier builds left is restored.
        store.getListState(FORMER);
        this.reader = new SampleReader(deployment);
        this.keyGroups = keyGroups;
    }

    /** A mini-batch has left the queue. */
    void trained(List<QueuedSample> batch) {
        for (QueuedSample sample : batch) {
            StoredSegment segment = sample.segment();
            if (segment != null && segment.left()) {
                group(segment.keyGroup()).finished.add(segment.number());
            }
        }
    }

    /** Makes the state hold what the queue holds. */
    void write(TrainingQueue queue) throws Exception {
        long passedMs = queue.passedMs();
        queue.forEach(
                (sample, place) -> {
                    boolean inSegment =
                            place == TrainingQueue.HELD && sample.maturedAtMs() > passedMs;
                    if (!inSegment) {
                        groupOf(sample).head.add(Untrained.encode(sample, place));
                    } else if (sample.segment() == null) {
                        groupOf(sample).arrived.add(sample);
                    }
                });
        for (Map.Entry<Integer, Group> group : groups.entrySet()) {
            write(group.getKey(), group.getValue(), passedMs);
        }
    }

    private void write(int keyGroup, Group group, long passedMs) throws Exception {
        boolean empty =
                group.arrived.isEmpty()
                        && group.head.isEmpty()
                        && group.segments == group.finished.size();
        if (empty && !group.stored) {
            return;
        }
        backend.setCurrentKey(group.key);
        for (long finished : group.finished) {
            segments.remove(finished);
        }
        group.segments -= group.finished.size();
        group.finished.clear();
        if (!group.arrived.isEmpty()) {
            StoredSegment segment = new StoredSegment(keyGroup, nextSegment++);
            List<byte[]> entries = new ArrayList<>(group.arrived.size());
            for (QueuedSample sample : group.arrived) {
                entries.add(Untrained.encode(sample, TrainingQueue.HELD));
                sample.storedIn(segment);
                segment.joined();
            }
            segments.put(segment.number(), encode(passedMs, entries));
            group.segments++;
            group.arrived.clear();
        }
        if (empty) {
            segments.remove(HEAD);
        } else {
            segments.put(HEAD, encode(passedMs, group.head));
        }
        group.head.clear();
        group.stored = !empty;
    }

    /** Everything a restored state holds. */
    List<Untrained> read() throws Exception {
        List<Untrained> all = new ArrayList<>();
        backend.applyToAllKeys(
                VoidNamespace.INSTANCE,
                VoidNamespaceSerializer.INSTANCE,
                FORMER,
                (userId, stored) -> {
                    for (byte[] bytes : stored.get()) {
                        all.add(Untrained.decode(reader, bytes));
                    }
                    stored.clear(); // the next checkpoint has them in segments
                });
        backend.applyToAllKeys(
                VoidNamespace.INSTANCE,
                VoidNamespaceSerializer.INSTANCE,
                SEGMENTS,
                (key, stored) -> read(key, stored, all));
        return all;
    }

    private void read(String key, MapState<Long, byte[]> stored, List<Untrained> all)
            throws Exception {
        int keyGroup = KeyGroupRangeAssignment.assignToKeyGroup(key, keyGroups);
        Group group = new Group(key);
        groups.put(keyGroup, group);
        group.stored = true;
        SortedMap<Long, byte[]> byNumber = new TreeMap<>();
        for (Map.Entry<Long, byte[]> one : stored.entries()) {
            byNumber.put(one.getKey(), one.getValue());
        }
        long passedMs = Long.MIN_VALUE;
        for (Map.Entry<Long, byte[]> one : byNumber.entrySet()) {
            ByteBuffer bytes = ByteBuffer.wrap(one.getValue());
            List<Untrained> samples = new ArrayList<>();
            long writtenAtMs = decode(bytes, samples);
            if (one.getKey() == HEAD) { // comes first
                passedMs = writtenAtMs;
                all.addAll(samples);
            } else {
                keepWaiting(new StoredSegment(keyGroup, one.getKey()), samples, passedMs, all);
                nextSegment = Math.max(nextSegment, one.getKey() + 1);
            }
        }
    }

    private void keepWaiting(
            StoredSegment segment, List<Untrained> samples, long passedMs, List<Untrained> all) {
        Group group = group(segment.keyGroup());
        group.segments++;
        boolean waits = false;
        for (Untrained one : samples) {
            if (one.sample().maturedAtMs() > passedMs) {
                one.sample().storedIn(segment);
                segment.joined();
                all.add(one);
                waits = true;
            }
        }
        if (!waits) {
            group.finished.add(segment.number());
        }
    }

    /**
     * Stored form, version 1, big-endian: version (1 byte), event time passed (8), then until the
     * end each sample's length (4) and its {@link Untrained} form.
     */
    private static byte[] encode(long passedMs, List<byte[]> samples) {
        int length = 1 + Long.BYTES;
        for (byte[] sample : samples) {
            length += Integer.BYTES + sample.length;
        }
        ByteBuffer bytes = ByteBuffer.allocate(length).put(VERSION).putLong(passedMs);
        for (byte[] sample : samples) {
            bytes.putInt(sample.length).put(sample);
        }
        return bytes.array();
    }

    private long decode(ByteBuffer bytes, List<Untrained> into) throws MalformedRecordException {
        int length = bytes.remaining();
        try {
            byte version = bytes.get();
            if (version != VERSION) {
                throw new MalformedRecordException(
                        "waiting samples: this build reads version 1, found version "
                                + version
                                + "; restore with the build that wrote it");
            }
            long passedMs = bytes.getLong();
            while (bytes.hasRemaining()) {
                byte[] sample = new byte[bytes.getInt()];
                bytes.get(sample);
                into.add(Untrained.decode(reader, sample));
            }
            return passedMs;
        } catch (BufferUnderflowException | NegativeArraySizeException e) {
            throw new MalformedRecordException(
                    "waiting samples: their " + length + " bytes end too early", e);
        }
    }

    private Group groupOf(QueuedSample sample) {
        return group(KeyGroupRangeAssignment.assignToKeyGroup(sample.userId(), keyGroups));
    }

    private Group group(int keyGroup) {
        return groups.computeIfAbsent(keyGroup, number -> new Group(keyIn(number, keyGroups)));
    }

    /** The first of a row of made-up keys that falls into a key group. */
    static String keyIn(int keyGroup, int keyGroups) {
        return KeyGroupKeys.of("waiting-", new KeyGroupRange(keyGroup, keyGroup), keyGroups)[0];
    }
}
