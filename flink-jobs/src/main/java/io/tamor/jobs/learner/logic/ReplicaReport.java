package io.tamor.jobs.learner.logic;

import io.tamor.model.config.ModelSpec;
import io.tamor.model.training.ModelValues;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far one replica is, with what it has learned since it last said so.
 *
 * @param publish whether a version is due
 * @param progress since its beginning, that of former replicas it took over included
 * @param quality likewise
 * @param queued the first offset by topic-partition that it has read and not trained
 * @param base the model that all replicas started from, where this one is to tell; else null
 * @param cuts its own, and the last ones of replicas that it took over
 */
public record ReplicaReport(
        boolean publish,
        LearnerProgress progress,
        Quality quality,
        Map<String, Long> queued,
        @Nullable ModelValues base,
        List<Cut> cuts) {
    private static final int VERSION = 1;

    public ReplicaReport {
        queued = Map.copyOf(queued);
        cuts = List.copyOf(cuts);
    }

    /** Version 1: int version, publish, progress, quality, queued, base if any, cuts. */
    public byte[] write() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(VERSION);
            out.writeBoolean(publish);
            progress.write(out);
            quality.write(out);
            out.writeInt(queued.size());
            for (Map.Entry<String, Long> partition : new TreeMap<>(queued).entrySet()) {
                out.writeUTF(partition.getKey());
                out.writeLong(partition.getValue());
            }
            out.writeBoolean(base != null);
            if (base != null) {
                base.write(out);
            }
            out.writeInt(cuts.size());
            for (Cut cut : cuts) {
                cut.write(out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Reads what {@link #write} wrote for the same model. */
    public static ReplicaReport read(byte[] stored, ModelSpec spec) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(stored));
        int version = in.readInt();
        if (version != VERSION) {
            throw new IOException(
                    "replica report: this build reads version " + VERSION + ", found " + version);
        }
        boolean publish = in.readBoolean();
        LearnerProgress progress = new LearnerProgress(spec.tasks().size());
        progress.read(in);
        Quality quality = new Quality(spec);
        quality.read(in);
        Map<String, Long> queued = new TreeMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            queued.put(in.readUTF(), in.readLong());
        }
        ModelValues base = in.readBoolean() ? ModelValues.read(in) : null;
        List<Cut> cuts = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            cuts.add(Cut.read(in));
        }
        return new ReplicaReport(publish, progress, quality, queued, base, cuts);
    }
}
