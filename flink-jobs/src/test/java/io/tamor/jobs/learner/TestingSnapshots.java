package io.tamor.jobs.learner;

import io.tamor.model.snapshot.LocalSnapshotStore;
import io.tamor.model.snapshot.Origin;
import io.tamor.model.snapshot.Snapshot;
import io.tamor.model.snapshot.SnapshotFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Snapshots in a form that tests compare, bit for bit. */
final class TestingSnapshots {
    private TestingSnapshots() {}

    /** What versions name that are trained from a version's folder. */
    static Origin origin(Path version) throws IOException {
        SnapshotFolder folder = new SnapshotFolder(new LocalSnapshotStore(version));
        return new Origin(folder.manifest().version(), folder.manifestSha256());
    }

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
