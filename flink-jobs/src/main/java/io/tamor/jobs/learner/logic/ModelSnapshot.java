package io.tamor.jobs.learner.logic;

import io.tamor.jobs.config.Deployment;
import io.tamor.model.config.TaskSpec;
import io.tamor.model.snapshot.Lineage;
import io.tamor.model.snapshot.Manifest;
import io.tamor.model.snapshot.Progress;
import io.tamor.model.snapshot.SnapshotContent;
import io.tamor.model.snapshot.SnapshotFile;
import io.tamor.model.snapshot.SnapshotFolder;
import io.tamor.model.snapshot.SnapshotStore;
import io.tamor.model.snapshot.onnx.OnnxExport;
import io.tamor.model.training.Trainer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** A learner's model as a snapshot: its parameters, the same as ONNX, and how far it is. */
public final class ModelSnapshot {
    /** What writes snapshots here: the jar's version. */
    public static final String SOFTWARE_VERSION =
            Objects.requireNonNullElse(
                    ModelSnapshot.class.getPackage().getImplementationVersion(), "development");

    private ModelSnapshot() {}

    /**
     * Writes the files of a version; the hash of its manifest is returned.
     *
     * @param sources where to read on after what has been trained, by source
     */
    public static String write(
            SnapshotStore store,
            Lineage lineage,
            Deployment deployment,
            Trainer trainer,
            Quality quality,
            LearnerProgress progress,
            Map<String, Long> sources)
            throws IOException {
        SnapshotContent content =
                content(lineage, deployment, trainer, quality, progress, sources)
                        .with(trainer.snapshotParameters());
        return new SnapshotFolder(store).write(content, onnx(content));
    }

    /** What a version holds but for the parameters, which take time to copy; see {@link #write}. */
    public static SnapshotContent content(
            Lineage lineage,
            Deployment deployment,
            Trainer trainer,
            Quality quality,
            LearnerProgress progress,
            Map<String, Long> sources) {
        return SnapshotContent.of(
                lineage,
                trainer.spec(),
                deployment.sampleSchema().fingerprintText(),
                Map.of(),
                progress(trainer, progress, sources),
                quality.total());
    }

    /** The same model for other runtimes, as a further file of the version. */
    public static Map<String, SnapshotFile> onnx(SnapshotContent content) {
        return Map.of(
                Manifest.ONNX_FILE,
                OnnxExport.file(content.model(), content.parameters(), content.progress().steps()));
    }

    /**
     * The steps are the model's own, which scoring can depend on; a learner that went back has
     * fewer.
     */
    private static Progress progress(
            Trainer trainer, LearnerProgress progress, Map<String, Long> sources) {
        Map<String, Long> matureLabels = new TreeMap<>();
        List<TaskSpec> tasks = trainer.spec().tasks();
        for (int task = 0; task < tasks.size(); task++) {
            matureLabels.put(tasks.get(task).name(), progress.matureLabels[task]);
        }
        return Progress.of(
                trainer.steps(), progress.samples, matureLabels, sources, progress.trainedMs);
    }
}
