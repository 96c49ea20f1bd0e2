package io.tamor.jobs.learner;

import io.tamor.jobs.learner.logic.ModelSnapshot;
import io.tamor.jobs.snapshot.SnapshotCandidate;
import io.tamor.jobs.snapshot.SnapshotDecision;
import io.tamor.model.snapshot.Manifest;
import io.tamor.model.snapshot.MemorySnapshotStore;
import io.tamor.model.snapshot.SnapshotContent;
import io.tamor.model.snapshot.SnapshotFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A version that is decided and has no files yet. It shares nothing with the learner, so the files
 * are the same whenever and on whichever thread they are made.
 *
 * @param candidate all but the files and their hash
 * @param bare what it holds but for the parameters
 * @param changedRows of a delta, the rows that may differ from the parent's by table; null: full
 */
record SnapshotDraft(
        SnapshotCandidate candidate,
        SnapshotContent bare,
        @Nullable Map<String, BitSet> changedRows) {

    /**
     * Makes the files; the candidate is whole then.
     *
     * @param parameters the learner's as they were when it was decided
     */
    SnapshotCandidate make(Map<String, INDArray> parameters) throws IOException {
        SnapshotContent content = bare.with(parameters);
        MemorySnapshotStore store = new MemorySnapshotStore("snapshot " + candidate.version);
        SnapshotFolder folder = new SnapshotFolder(store);
        // A version that nobody loads, or only with its parents, is not made for other runtimes.
        if (changedRows != null) {
            candidate.manifestSha256 = folder.writeDelta(content, changedRows);
        } else if (candidate.decision == SnapshotDecision.REJECT) {
            candidate.manifestSha256 = folder.write(content);
        } else {
            candidate.manifestSha256 = folder.write(content, ModelSnapshot.onnx(content));
        }
        List<String> names = new ArrayList<>(store.files().keySet());
        names.remove(Manifest.FILE);
        names.add(Manifest.FILE);
        candidate.names = names.toArray(new String[0]);
        candidate.contents =
                names.stream().map(name -> store.files().get(name)).toArray(byte[][]::new);
        return candidate;
    }
}
