package io.tamor.jobs.training;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.ModelSnapshot;
import io.tamor.jobs.learner.logic.UserRow;
import io.tamor.jobs.snapshot.FlinkSnapshotStore;
import io.tamor.jobs.snapshot.SnapshotDirectory;
import io.tamor.model.snapshot.Lineage;
import io.tamor.schemas.UserBiasRow;
import io.tamor.schemas.file.RecordFileWriter;
import io.tamor.schemas.wire.FeatureWire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What offline training leaves in a folder: the next version of the snapshots there, and the user
 * rows as {@code user-rows-vNNNNNNNN.avro} beside it, which no snapshot holds.
 */
public final class TrainedModel {
    private TrainedModel() {}

    /** Writes both; the version's folder is returned. */
    public static Path write(OfflineTraining training, Deployment deployment, Path out)
            throws IOException {
        Files.createDirectories(out);
        SnapshotDirectory directory = SnapshotDirectory.at(out.toUri());
        long version = directory.highestVersion() + 1;
        ModelSnapshot.write(
                new FlinkSnapshotStore(directory.folder(version)),
                new Lineage(version, null, training.startedFrom(), ModelSnapshot.SOFTWARE_VERSION),
                deployment,
                training.trainer(),
                training.quality(),
                training.progress(),
                training.progress().offsets);
        Path folder = Path.of(directory.folder(version).toUri().getPath());
        // As in a job, whose readers are told of rows that expire.
        long expiredMs =
                training.progress().trainedMs - deployment.learner().userRowTtl().toMillis();
        writeRows(
                training,
                version,
                expiredMs,
                out.resolve("user-rows-" + folder.getFileName() + ".avro"));
        return folder;
    }

    private static void writeRows(OfflineTraining training, long version, long expiredMs, Path file)
            throws IOException {
        try (RecordFileWriter<UserBiasRow> writer =
                new RecordFileWriter<>(file, UserBiasRow.class)) {
            for (Map.Entry<String, UserRow> row : training.userRows().entrySet()) {
                if (row.getValue().admitted() && row.getValue().trainedMs > expiredMs) {
                    writer.append(
                            UserBiasRow.newBuilder()
                                    .setUserId(row.getKey())
                                    .setVersion(version)
                                    .setValues(FeatureWire.packDense(row.getValue().values))
                                    .setUpdatedAtMs(row.getValue().trainedMs)
                                    .build());
                }
            }
            writer.finish();
        }
    }
}
