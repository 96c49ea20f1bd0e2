package io.tamor.jobs.timeline;

import io.tamor.jobs.timeline.logic.FrozenFeatures;
import org.apache.flink.api.common.state.MapState;

/** Frozen features in the current key's map state. */
record KeyedFrozenFeatures(MapState<Long, byte[]> state) implements FrozenFeatures {
    @Override
    public byte[] get(long impression) throws Exception {
        byte[] frozen = state.get(impression);
        if (frozen == null) {
            throw new IllegalStateException(
                    "a pending impression has no frozen features: the state is damaged");
        }
        return frozen;
    }

    @Override
    public void put(long impression, byte[] frozen) throws Exception {
        state.put(impression, frozen);
    }

    @Override
    public void remove(long impression) throws Exception {
        state.remove(impression);
    }
}
