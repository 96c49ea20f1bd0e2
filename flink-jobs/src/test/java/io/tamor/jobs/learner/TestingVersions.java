package io.tamor.jobs.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.ModelSpecs;
import io.tamor.jobs.learner.logic.SampleReader;
import io.tamor.jobs.learner.logic.SampleRows;
import io.tamor.jobs.learner.logic.TestingStream;
import io.tamor.jobs.snapshot.SnapshotCandidate;
import io.tamor.jobs.snapshot.SnapshotDecision;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.metric.BinaryMetrics;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.snapshot.MemorySnapshotStore;
import io.tamor.model.snapshot.Snapshot;
import io.tamor.model.snapshot.SnapshotFolder;
import io.tamor.model.training.Trainer;
import io.tamor.schemas.Sample;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What was decided of versions so far, as a reader finds it. */
record TestingVersions(List<SnapshotCandidate> candidates) {
    /** A version that was made, read again with what it builds on; it must be whole. */
    Snapshot snapshot(long version) throws IOException {
        Map<String, MemorySnapshotStore> stores = new TreeMap<>();
        String hash = "";
        for (SnapshotCandidate candidate : candidates) {
            if (candidate.decision != SnapshotDecision.ROLLBACK) {
                String name = SnapshotFolder.name(candidate.version);
                MemorySnapshotStore store = new MemorySnapshotStore(name, stores);
                for (int i = 0; i < candidate.names.length; i++) {
                    try (OutputStream out = store.create(candidate.names[i])) {
                        out.write(candidate.contents[i]);
                    }
                }
                stores.put(name, store);
                hash = candidate.version == version ? candidate.manifestSha256 : hash;
            }
        }
        SnapshotFolder folder = new SnapshotFolder(stores.get(SnapshotFolder.name(version)));
        assertThat(folder.verify()).isEmpty();
        return folder.load(hash);
    }

    /** The version that a reader of the announcements serves by now; 0 for none. */
    long served() {
        return candidates.stream()
                .filter(candidate -> candidate.decision != SnapshotDecision.REJECT)
                .reduce((first, second) -> second)
                .map(candidate -> candidate.version)
                .orElse(0L);
    }

    /** Every decision so far: what, and of which version. */
    List<String> decisions() {
        return candidates.stream().map(c -> c.decision + " " + c.version).toList();
    }

    /** Days of a {@link TestingStream} on which something was decided. */
    List<Integer> days(SnapshotDecision decision) {
        return candidates.stream()
                .filter(candidate -> candidate.decision == decision)
                .map(candidate -> TestingStream.day(candidate.eventTimeMs))
                .toList();
    }

    /** AUC of a version for clicks on a clean day, without users' rows. */
    double auc(Deployment deployment, long version) throws Exception {
        ModelSpec spec = ModelSpecs.of(deployment);
        Trainer trainer = new Trainer(spec, 8);
        trainer.loadParameters(snapshot(version).parameters());
        SampleRows rows = new SampleRows(spec, deployment.sampleSchema());
        SampleReader reader = new SampleReader(deployment);
        BinaryMetrics metrics = new BinaryMetrics();
        for (Sample sample : TestingStream.of(deployment, 1, 77, m -> true, m -> false)) {
            MiniBatch batch = new MiniBatch(spec, 1);
            rows.add(reader.of(sample, "", 0), 0, batch);
            trainer.score(batch);
            metrics.add(trainer.prediction(0, 0), sample.getLabels().get(0) > 0, 1);
        }
        return metrics.auc();
    }
}
