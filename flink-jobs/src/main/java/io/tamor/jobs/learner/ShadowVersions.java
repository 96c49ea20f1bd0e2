package io.tamor.jobs.learner;

import io.tamor.jobs.learner.logic.ShadowStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.internal.InternalMapState;

/**
 * Versions in keyed state, so that a checkpoint has them by reference once they are written. The
 * key is made up and falls into the subtask's first key group, the namespace is the version, the
 * map's key numbers the pieces.
 */
final class ShadowVersions implements ShadowStore {
    // Names and types are a stored format.
    static final MapStateDescriptor<Integer, byte[]> SHADOWS =
            new MapStateDescriptor<>("shadows", IntSerializer.INSTANCE, StatePieces.INSTANCE);

    private final KeyedStateBackend<String> backend;
    private final InternalMapState<String, Long, Integer, byte[]> state;
    private final String key;
    private final Set<Long> kept = new HashSet<>();

    /**
     * @param task says which key groups are the subtask's
     */
    @SuppressWarnings("unchecked") // Flink's namespaced states are created untyped
    ShadowVersions(KeyedStateBackend<String> backend, TaskInfo task) throws Exception {
        int groups = task.getMaxNumberOfParallelSubtasks();
        int first =
                KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex(
                                groups,
                                task.getNumberOfParallelSubtasks(),
                                task.getIndexOfThisSubtask())
                        .getStartKeyGroup();
        this.backend = backend;
        this.state =
                (InternalMapState<String, Long, Integer, byte[]>)
                        backend.getOrCreateKeyedState(LongSerializer.INSTANCE, SHADOWS);
        this.key = UntrainedSamples.keyIn(first, groups);
    }

    private void setPlace(long version) {
        backend.setCurrentKey(key);
        state.setCurrentNamespace(version);
    }

    @Override
    public void put(long version, List<byte[]> pieces) throws Exception {
        setPlace(version);
        kept.add(version);
        for (int i = 0; i < pieces.size(); i++) {
            state.put(i, pieces.get(i));
        }
    }

    @Override
    public List<byte[]> get(long version) throws Exception {
        setPlace(version);
        List<byte[]> pieces = new ArrayList<>();
        for (byte[] piece : state.values()) {
            pieces.add(piece);
        }
        return pieces;
    }

    @Override
    public void retain(List<Long> versions) {
        for (long version : kept) {
            if (!versions.contains(version)) {
                setPlace(version);
                state.clear();
            }
        }
        kept.retainAll(versions);
    }

    /** Finds what a restored state holds; drops what other subtasks kept. Reads all of it. */
    void restored() {
        List<Tuple2<String, Long>> places;
        try (Stream<Tuple2<String, Long>> found = backend.getKeysAndNamespaces(SHADOWS.getName())) {
            places = found.distinct().toList();
        }
        for (Tuple2<String, Long> place : places) {
            if (place.f0.equals(key)) {
                kept.add(place.f1);
            } else {
                backend.setCurrentKey(place.f0);
                state.setCurrentNamespace(place.f1);
                state.clear();
            }
        }
    }
}
