package io.tamor.jobs.learner;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.LearnerProgress;
import io.tamor.jobs.learner.logic.ModelSnapshot;
import io.tamor.jobs.learner.logic.Quality;
import io.tamor.jobs.snapshot.SnapshotCandidate;
import io.tamor.model.snapshot.Lineage;
import io.tamor.model.snapshot.Manifest;
import io.tamor.model.snapshot.MemorySnapshotStore;
import io.tamor.model.snapshot.Parent;
import io.tamor.model.training.Trainer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Makes the next version from the learner as it is: its files, and what its announcement says. */
final class SnapshotAssembly {
    private final Deployment deployment;
    private final long floor;

    /**
     * Versions are made for a deployment, above {@code floor}.
     *
     * @param floor highest version that was ever published where the snapshots go
     */
    SnapshotAssembly(Deployment deployment, long floor) {
        this.deployment = deployment;
        this.floor = floor;
    }

    /**
     * The next version; the progress moves on to it.
     *
     * @param sources where to read on after what has been trained, by topic-partition
     */
    SnapshotCandidate make(
            Trainer trainer, Quality quality, LearnerProgress progress, Map<String, Long> sources)
            throws IOException {
        long version = Math.max(progress.version, floor) + 1;
        Parent parent =
                progress.version == 0
                        ? null
                        : new Parent(progress.version, progress.manifestSha256);
        MemorySnapshotStore store = new MemorySnapshotStore("snapshot " + version);
        String manifestSha256 =
                ModelSnapshot.write(
                        store,
                        new Lineage(version, parent, ModelSnapshot.SOFTWARE_VERSION),
                        deployment,
                        trainer,
                        quality,
                        progress,
                        sources);
        SnapshotCandidate candidate = candidate(store, version, manifestSha256, progress);
        progress.version = version;
        progress.manifestSha256 = manifestSha256;
        progress.snapshotMs = progress.trainedMs;
        progress.snapshotSamples = progress.samples;
        return candidate;
    }

    private SnapshotCandidate candidate(
            MemorySnapshotStore store,
            long version,
            String manifestSha256,
            LearnerProgress progress) {
        SnapshotCandidate candidate = new SnapshotCandidate();
        candidate.model = deployment.name();
        candidate.version = version;
        candidate.parentVersion = progress.version;
        candidate.manifestSha256 = manifestSha256;
        candidate.eventTimeMs = progress.trainedMs;
        candidate.softwareVersion = ModelSnapshot.SOFTWARE_VERSION;
        List<String> names = new ArrayList<>(store.files().keySet());
        names.remove(Manifest.FILE);
        names.add(Manifest.FILE);
        candidate.names = names.toArray(new String[0]);
        candidate.contents =
                names.stream().map(name -> store.files().get(name)).toArray(byte[][]::new);
        return candidate;
    }
}
