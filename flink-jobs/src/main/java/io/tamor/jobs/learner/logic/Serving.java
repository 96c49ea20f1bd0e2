package io.tamor.jobs.learner.logic;

import io.tamor.jobs.io.FormVersion;
import io.tamor.model.snapshot.Origin;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What readers are told to serve, as far as the learner has decided: the live version, the one
 * before it while the live one is on trial, and counters of the gate's decisions; and what the
 * model that the next version is made of started from. Part of {@link LearnerStateWire}.
 */
public final class Serving implements RowMoments {
    private static final int VERSION = 2;
    private static final int FIRST_VERSION = 1;

    private @Nullable Published live;
    private @Nullable Published previous;

    /** Event time of the live version's publication. */
    private long liveSinceMs = LearnerProgress.NEVER;

    /** Versions since the last full one; the next is full where it is negative. */
    private int sinceFull = -1;

    /** Checkpoints since the last version was made. */
    public long checkpoints;

    /** Candidates rejected in a row for being worse than the live version. */
    public int worseInARow;

    /** Event time since when labels have suited the live version suddenly badly; else never. */
    public long suspectSinceMs = LearnerProgress.NEVER;

    /** Versions rejected since the beginning. */
    public long rejectedVersions;

    /** Versions taken back since the beginning. */
    public long rollbacks;

    /** How often the learner went back to the live version's parameters. */
    public long returns;

    private @Nullable Origin startedFrom;

    /**
     * A version that was published.
     *
     * @param manifestSha256 empty while the manifest is being made
     * @param parentVersion 0 for none
     * @param startedFrom what its model started from; null for a new model
     * @param aucs by task over all tiers, when it was judged; NaN where that was not defined
     */
    public record Published(
            long version,
            String manifestSha256,
            long parentVersion,
            @Nullable Origin startedFrom,
            List<Double> aucs) {
        public Published {
            aucs = List.copyOf(aucs);
        }
    }

    /** The live version; null before the first. */
    public @Nullable Published live() {
        return live;
    }

    /** The version before the live one; null where there is none or its trial is over. */
    public @Nullable Published previous() {
        return previous;
    }

    /** Number of the live version, 0 for none. */
    public long liveVersion() {
        return live == null ? 0 : live.version();
    }

    @Override
    public long liveMoment() {
        return liveVersion();
    }

    @Override
    public long previousMoment() {
        return previous == null ? 0 : previous.version();
    }

    @Override
    public long newestMoment() {
        return liveVersion();
    }

    @Override
    public long undecidedMoment() {
        return liveVersion();
    }

    public long liveSinceMs() {
        return liveSinceMs;
    }

    /**
     * The snapshot that the learner's model started from; null for a new model, and where a build
     * that did not keep it started it.
     */
    public @Nullable Origin startedFrom() {
        return startedFrom;
    }

    /** The learner's model starts from a snapshot trained elsewhere; null: anew. */
    public void startedFrom(@Nullable Origin origin) {
        startedFrom = origin;
    }

    /** Whether the next version can be a delta, where every n-th is full. */
    public boolean deltaNext(int fullEvery) {
        return live != null && sinceFull >= 0 && sinceFull + 1 < fullEvery;
    }

    /** The next version that is published is a full one, however many are rejected before. */
    public void nextIsFull() {
        sinceFull = -1;
    }

    /** A version was published; the one before it stays at hand. */
    public void published(Published version, boolean delta, long eventTimeMs) {
        previous = live;
        live = version;
        liveSinceMs = eventTimeMs;
        sinceFull = delta ? sinceFull + 1 : 0;
        worseInARow = 0;
        suspectSinceMs = LearnerProgress.NEVER;
    }

    /** The files of the version that was published last are made: its hash is known. */
    public void sealed(long version, String manifestSha256) {
        Published last = live;
        if (last == null || last.version() != version) {
            throw new IllegalStateException("version " + version + " is made, live is " + last);
        }
        live =
                new Published(
                        version,
                        manifestSha256,
                        last.parentVersion(),
                        last.startedFrom(),
                        last.aucs());
    }

    /** A version was rejected. */
    public void rejected(boolean worseThanLive) {
        rejectedVersions++;
        worseInARow = worseThanLive ? worseInARow + 1 : 0;
    }

    /**
     * The live version was taken back; the next one is full, since nothing is known of its rows.
     */
    public void rolledBack(long eventTimeMs) {
        if (previous == null) {
            throw new IllegalStateException("no version to go back to from " + live);
        }
        live = previous;
        previous = null;
        liveSinceMs = eventTimeMs;
        sinceFull = -1;
        rollbacks++;
    }

    /** The live version has proved itself. */
    public void trialOver() {
        previous = null;
    }

    /** The learner went back to the live version's parameters, and so to what they come from. */
    public void returned() {
        returns++;
        worseInARow = 0;
        startedFrom = live == null ? null : live.startedFrom();
    }

    /** Takes over from a state that knew the last version alone. */
    public void adopt(long version, String manifestSha256, long eventTimeMs) {
        if (live == null && version > 0) {
            live = new Published(version, manifestSha256, 0, null, List.of());
            liveSinceMs = eventTimeMs;
        }
    }

    /**
     * Version 2: int version, live, previous, then the other fields in their order above; 1 had no
     * origins.
     */
    public void write(DataOutput out) throws IOException {
        out.writeInt(VERSION);
        write(out, live);
        write(out, previous);
        out.writeLong(liveSinceMs);
        out.writeInt(sinceFull);
        out.writeLong(checkpoints);
        out.writeInt(worseInARow);
        out.writeLong(suspectSinceMs);
        out.writeLong(rejectedVersions);
        out.writeLong(rollbacks);
        out.writeLong(returns);
        write(out, startedFrom);
    }

    private static void write(DataOutput out, @Nullable Published published) throws IOException {
        out.writeBoolean(published != null);
        if (published != null) {
            out.writeLong(published.version());
            out.writeUTF(published.manifestSha256());
            out.writeLong(published.parentVersion());
            write(out, published.startedFrom());
            out.writeInt(published.aucs().size());
            for (double auc : published.aucs()) {
                out.writeDouble(auc);
            }
        }
    }

    private static void write(DataOutput out, @Nullable Origin origin) throws IOException {
        out.writeBoolean(origin != null);
        if (origin != null) {
            out.writeLong(origin.version());
            out.writeUTF(origin.manifestSha256());
        }
    }

    /** Reads what {@link #write} wrote. */
    public void read(DataInput in) throws IOException {
        int version = FormVersion.require("serving", FIRST_VERSION, VERSION, in.readInt());
        live = published(in, version);
        previous = published(in, version);
        liveSinceMs = in.readLong();
        sinceFull = in.readInt();
        checkpoints = in.readLong();
        worseInARow = in.readInt();
        suspectSinceMs = in.readLong();
        rejectedVersions = in.readLong();
        rollbacks = in.readLong();
        returns = in.readLong();
        startedFrom = origin(in, version);
    }

    private static @Nullable Origin origin(DataInput in, int version) throws IOException {
        return version > FIRST_VERSION && in.readBoolean()
                ? new Origin(in.readLong(), in.readUTF())
                : null;
    }

    private static @Nullable Published published(DataInput in, int version) throws IOException {
        if (!in.readBoolean()) {
            return null;
        }
        long number = in.readLong();
        String manifestSha256 = in.readUTF();
        long parentVersion = in.readLong();
        Origin origin = origin(in, version);
        List<Double> aucs = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            aucs.add(in.readDouble());
        }
        return new Published(number, manifestSha256, parentVersion, origin, aucs);
    }
}
