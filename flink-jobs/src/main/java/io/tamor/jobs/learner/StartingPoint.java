package io.tamor.jobs.learner;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.io.FormVersion;
import io.tamor.jobs.learner.logic.ModelDifference;
import io.tamor.jobs.snapshot.FlinkSnapshotStore;
import io.tamor.model.snapshot.Manifest;
import io.tamor.model.snapshot.Origin;
import io.tamor.model.snapshot.Snapshot;
import io.tamor.model.snapshot.SnapshotFolder;
import io.tamor.model.training.Trainer;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.apache.flink.core.fs.Path;

/**
 * The snapshot a learner starts from ({@code learner.start_from}), trained elsewhere. Its
 * parameters and normalisation are taken over; what a snapshot does not hold starts anew: the
 * optimiser state, and the users' rows where the learner has none of its own.
 *
 * <p>The URI taken over last is part of the learner's state: a restore takes another one over once,
 * keeping users' rows, metrics and progress, and does not read the same one again.
 */
public final class StartingPoint {
    private static final int VERSION = 1;
    private static final String NONE = "";

    private String takenOver = NONE;

    /** That of learners who have all taken over what is configured. */
    static StartingPoint takenOver(Deployment deployment) {
        StartingPoint start = new StartingPoint();
        String uri = deployment.learner().startFrom();
        start.takenOver = uri == null ? NONE : uri;
        return start;
    }

    /** Refuses to take another snapshot over, as learners side by side do once they have begun. */
    void requireSame(Deployment deployment) throws IOException {
        if (pending(deployment)) {
            throw new IOException(
                    "learner.start_from: learners side by side began with "
                            + (takenOver.isEmpty() ? "a new model" : takenOver)
                            + " and cannot take over "
                            + deployment.learner().startFrom()
                            + "; set it back, or begin a new model from it without this state");
        }
    }

    /** Whether the configured snapshot is still to be taken over. */
    public boolean pending(Deployment deployment) {
        String uri = deployment.learner().startFrom();
        return uri != null && !uri.equals(takenOver);
    }

    /**
     * Loads the configured snapshot into a new trainer; refuses one whose hashes do not hold, whose
     * model has other parameters, or that was trained on other features.
     *
     * @return what the versions trained from here on name as their origin
     */
    public Origin takeOver(Deployment deployment, Trainer trainer) throws IOException {
        String uri = deployment.learner().startFrom();
        if (uri == null) {
            throw new IllegalStateException("learner.start_from is not configured");
        }
        Snapshot snapshot = new SnapshotFolder(new FlinkSnapshotStore(new Path(uri))).load();
        Manifest manifest = snapshot.manifest();
        String features = deployment.sampleSchema().fingerprintText();
        String difference =
                features.equals(manifest.featureSchema())
                        ? ModelDifference.first(trainer.spec(), manifest.model())
                        : "feature schema: wanted "
                                + features
                                + ", found "
                                + manifest.featureSchema();
        if (difference != null) {
            throw new IOException(
                    "learner.start_from: the snapshot "
                            + uri
                            + " is of another model than this deployment's: "
                            + difference
                            + "; configure the model and the features that it was trained with");
        }
        trainer.loadParameters(snapshot.parameters());
        takenOver = uri;
        return new Origin(manifest.version(), snapshot.manifestSha256());
    }

    /** Writes the URI taken over last; version 1. */
    public void write(DataOutput out) throws IOException {
        out.writeInt(VERSION);
        out.writeUTF(takenOver);
    }

    /** Reads what {@link #write} wrote. */
    public void read(DataInput in) throws IOException {
        FormVersion.require("starting point", VERSION, VERSION, in.readInt());
        takenOver = in.readUTF();
    }
}
