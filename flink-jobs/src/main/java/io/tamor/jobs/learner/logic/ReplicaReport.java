package io.tamor.jobs.learner.logic;

import io.tamor.jobs.io.FormVersion;
import io.tamor.model.config.ModelSpec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far one replica is, with what it has learned since it last said so.
 *
 * @param moment the last one at which all replicas cut
 * @param round the merge round it has loaded last
 * @param diverged whether its loss has run away since its last report
 * @param progress since its beginning, that of former replicas it took over included
 * @param quality likewise
 * @param alarms of drift, since its users were first watched here
 * @param queued the first offset by topic-partition that it has read and not trained
 * @param founding what the merger begins with, where this replica is to tell; else null
 * @param cuts its own, and the last ones of replicas that it took over
 * @param liveVersion what it compares itself with, 0 for none
 * @param previousVersion what that is compared with, 0 for none
 * @param comparison what each of them scored
 */
public record ReplicaReport(
        long moment,
        long round,
        boolean diverged,
        LearnerProgress progress,
        Quality quality,
        DriftAlarms alarms,
        Map<String, Long> queued,
        @Nullable Founding founding,
        List<Cut> cuts,
        long liveVersion,
        long previousVersion,
        Comparison comparison) {
    private static final int VERSION = 3;

    public ReplicaReport {
        queued = Map.copyOf(queued);
        cuts = List.copyOf(cuts);
    }

    /** Version 3: int version, then every field in their order above. It is never stored. */
    public byte[] write() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(VERSION);
            out.writeLong(moment);
            out.writeLong(round);
            out.writeBoolean(diverged);
            progress.write(out);
            quality.write(out);
            alarms.write(out);
            out.writeInt(queued.size());
            for (Map.Entry<String, Long> partition : new TreeMap<>(queued).entrySet()) {
                out.writeUTF(partition.getKey());
                out.writeLong(partition.getValue());
            }
            out.writeBoolean(founding != null);
            if (founding != null) {
                founding.write(out);
            }
            out.writeInt(cuts.size());
            for (Cut cut : cuts) {
                cut.write(out);
            }
            out.writeLong(liveVersion);
            out.writeLong(previousVersion);
            ComparedMetrics.write(out, comparison);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads what {@link #write} wrote for the same model.
     *
     * @param horizon of what is compared
     */
    public static ReplicaReport read(byte[] bytes, ModelSpec spec, Duration horizon)
            throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        FormVersion.require("replica report", VERSION, VERSION, in.readInt());
        long moment = in.readLong();
        long round = in.readLong();
        boolean diverged = in.readBoolean();
        LearnerProgress progress = new LearnerProgress(spec.tasks().size());
        progress.read(in);
        Quality quality = new Quality(spec);
        quality.read(in);
        DriftAlarms alarms = new DriftAlarms(spec.tasks(), spec.input().tiers());
        alarms.read(in);
        Map<String, Long> queued = new TreeMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            queued.put(in.readUTF(), in.readLong());
        }
        Founding founding = in.readBoolean() ? Founding.read(in) : null;
        List<Cut> cuts = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            cuts.add(Cut.read(in));
        }
        return new ReplicaReport(
                moment,
                round,
                diverged,
                progress,
                quality,
                alarms,
                queued,
                founding,
                cuts,
                in.readLong(),
                in.readLong(),
                ComparedMetrics.read(in, spec, horizon));
    }
}
