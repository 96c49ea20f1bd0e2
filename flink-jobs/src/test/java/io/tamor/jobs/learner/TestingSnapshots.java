package io.tamor.jobs.learner;

import io.tamor.model.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Snapshots in a form that tests compare, bit for bit. */
final class TestingSnapshots {
    private TestingSnapshots() {}

    /** Every parameter's values by name. */
    static Map<String, List<Float>> values(Snapshot snapshot) {
        Map<String, List<Float>> values = new TreeMap<>();
        snapshot.parameters()
                .forEach(
                        (name, array) -> {
                            List<Float> list = new ArrayList<>();
                            for (float value : array.dup('c').data().asFloat()) {
                                list.add(value);
                            }
                            values.put(name, list);
                        });
        return values;
    }
}
