package io.tamor.jobs.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.DriftMonitor;
import io.tamor.jobs.learner.logic.LearnerProgress;
import io.tamor.jobs.learner.logic.ModelSpecs;
import io.tamor.jobs.learner.logic.OnlineTraining;
import io.tamor.jobs.learner.logic.Quality;
import io.tamor.jobs.learner.logic.Serving;
import io.tamor.jobs.learner.logic.TestingSamples;
import io.tamor.jobs.learner.logic.TestingUserRows;
import io.tamor.jobs.snapshot.SnapshotCandidate;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.training.Trainer;
import io.tamor.schemas.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotMakingTest {
    private static final int BATCH = 16;

    @TempDir Path folder;

    @Test
    void aVersionIsTakenOnceAndWaitedFor() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        SnapshotCandidate version = new SnapshotCandidate();
        try (SnapshotMaking making = new SnapshotMaking()) {
            assertThat(making.take()).isNull();
            making.begin(
                    () -> {
                        goOn.await();
                        return version;
                    });
            assertThat(making.isReady()).isFalse();
            assertThatThrownBy(() -> making.begin(() -> version))
                    .isInstanceOf(IllegalStateException.class);
            goOn.countDown();
            assertThat(making.take()).isSameAs(version);
            assertThat(making.isReady()).isFalse();
            assertThat(making.take()).isNull();
        }
    }

    @Test
    void whatAVersionCannotBeMadeForIsThrownWhereItIsTaken() {
        try (SnapshotMaking making = new SnapshotMaking()) {
            making.begin(
                    () -> {
                        throw new IOException("no room");
                    });
            assertThatThrownBy(making::take)
                    .hasMessageContaining("learner-versions: failed")
                    .hasRootCauseMessage("no room");
        }
    }

    @Test
    void aVersionMadeAfterFurtherStepsIsTheOneMadeAtOnce() throws Exception {
        List<String> atOnce = versions(false);
        assertThat(atOnce).hasSize(3).anyMatch(version -> version.contains("delta.safetensors"));
        assertThat(versions(true)).isEqualTo(atOnce);
    }

    /** Three versions, the second of them a delta. */
    private List<String> versions(boolean late) throws Exception {
        Deployment deployment =
                TestingSamples.deployment(folder, "keep: 5", "keep: 5, full_every: 2");
        ModelSpec spec = ModelSpecs.of(deployment);
        Trainer trainer = new Trainer(spec, BATCH);
        Quality quality = new Quality(spec);
        LearnerProgress progress = new LearnerProgress(spec.tasks().size());
        Serving serving = new Serving();
        OnlineTraining training =
                new OnlineTraining(
                        deployment,
                        trainer,
                        quality,
                        progress,
                        new DriftMonitor(spec, deployment.learner().drift()),
                        new TestingUserRows());
        List<Sample> samples = TestingSamples.generate(deployment, 12 * BATCH, 7);
        SnapshotAssembly assembly = new SnapshotAssembly(deployment);
        List<String> versions = new ArrayList<>();
        for (int part = 0; part < 3; part++) {
            int from = part * 4 * BATCH;
            train(training, deployment, samples.subList(from, from + 2 * BATCH));
            SnapshotDraft draft =
                    assembly.draft(
                            trainer, quality, progress, Map.of("samples-0", 1L), serving, null);
            trainer.touchedRows().clear();
            Trainer standing = new Trainer(spec, BATCH);
            standing.copyFrom(trainer);
            if (!late) {
                draft.make(trainer.snapshotParameters());
            }
            train(training, deployment, samples.subList(from + 2 * BATCH, from + 4 * BATCH));
            SnapshotCandidate made =
                    late ? draft.make(standing.snapshotParameters()) : draft.candidate();
            assembly.seal(made, progress, serving);
            assertThat(progress.manifestSha256).isEqualTo(made.manifestSha256).isNotEmpty();
            versions.add(made.manifestSha256 + " " + String.join(" ", made.names));
        }
        return versions;
    }

    private static void train(OnlineTraining training, Deployment deployment, List<Sample> samples)
            throws Exception {
        for (int from = 0; from < samples.size(); from += BATCH) {
            training.train(TestingSamples.queued(deployment, samples.subList(from, from + BATCH)));
            training.settle();
        }
    }
}
