package io.tamor.jobs.learner;

import io.tamor.jobs.learner.logic.TrainingQueue;
import io.tamor.jobs.learner.logic.Untrained;
import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.RecordWire;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;

/**
 * Samples not trained yet, in keyed state between a checkpoint and a restore only: in between they
 * are in the queue's memory. Keyed, so that they go where their user's row goes.
 */
final class UntrainedSamples {
    private static final ListStateDescriptor<byte[]> UNTRAINED =
            new ListStateDescriptor<>(
                    "untrained-samples", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

    private final KeyedStateBackend<String> backend;
    private final ListState<byte[]> state;
    private final RecordWire<Sample> wire = RecordWire.of(Sample.class);
    private Set<String> written = new HashSet<>();

    UntrainedSamples(KeyedStateBackend<String> backend, KeyedStateStore store) {
        this.backend = backend;
        this.state = store.getListState(UNTRAINED);
    }

    /** Makes the state hold what the queue holds. */
    void write(TrainingQueue queue) throws Exception {
        Map<String, List<byte[]>> byUser = new HashMap<>();
        queue.forEach(
                (sample, place) ->
                        byUser.computeIfAbsent(
                                        sample.sample().getUserId(), user -> new ArrayList<>())
                                .add(Untrained.encode(wire, sample, place)));
        for (String user : written) {
            if (!byUser.containsKey(user)) {
                backend.setCurrentKey(user);
                state.clear();
            }
        }
        for (Map.Entry<String, List<byte[]>> samples : byUser.entrySet()) {
            backend.setCurrentKey(samples.getKey());
            state.update(samples.getValue());
        }
        written = new HashSet<>(byUser.keySet());
    }

    /** Everything a restored state holds. */
    List<Untrained> read() throws Exception {
        List<Untrained> all = new ArrayList<>();
        backend.applyToAllKeys(
                VoidNamespace.INSTANCE,
                VoidNamespaceSerializer.INSTANCE,
                UNTRAINED,
                (userId, stored) -> {
                    for (byte[] bytes : stored.get()) {
                        all.add(Untrained.decode(wire, bytes));
                    }
                    written.add(userId);
                });
        return all;
    }
}
