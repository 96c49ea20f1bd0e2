package io.tamor.jobs.learner.logic;

import io.tamor.jobs.io.FormVersion;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What a replica knows of versions: which are served, made of which moment's cuts, and which of the
 * moments are decided. All replicas cut with the same checkpoints, so they number moments alike.
 */
public final class ReplicaMoments implements RowMoments {
    private static final int VERSION = 1;

    private long liveVersion;
    private long liveMoment;
    private long previousVersion;
    private long previousMoment;
    private long newest;
    private long decided;

    /** Goes on from a learner alone, to which versions were moments; 0 for none. */
    void goOnFrom(long last, long live, long previous) {
        liveVersion = live;
        liveMoment = live;
        previousVersion = previous;
        previousMoment = previous;
        decided = last;
        newest = last;
    }

    /** A moment at which all replicas cut. */
    void next() {
        newest++;
    }

    void take(Standing standing) {
        liveVersion = standing.liveVersion();
        liveMoment = standing.live() == null ? 0 : standing.live().moment();
        previousVersion = standing.previousVersion();
        previousMoment = standing.previous() == null ? 0 : standing.previous().moment();
        decided = standing.moment();
    }

    public long liveVersion() {
        return liveVersion;
    }

    public long previousVersion() {
        return previousVersion;
    }

    @Override
    public long liveMoment() {
        return liveMoment;
    }

    @Override
    public long previousMoment() {
        return previousMoment;
    }

    @Override
    public long newestMoment() {
        return newest;
    }

    @Override
    public long undecidedMoment() {
        return decided + 1;
    }

    /** Version 1: int version, then every field. */
    void write(DataOutput out) throws IOException {
        out.writeInt(VERSION);
        out.writeLong(liveVersion);
        out.writeLong(liveMoment);
        out.writeLong(previousVersion);
        out.writeLong(previousMoment);
        out.writeLong(newest);
        out.writeLong(decided);
    }

    void read(DataInput in) throws IOException {
        FormVersion.require("replica's moments", VERSION, VERSION, in.readInt());
        liveVersion = in.readLong();
        liveMoment = in.readLong();
        previousVersion = in.readLong();
        previousMoment = in.readLong();
        newest = in.readLong();
        decided = in.readLong();
    }
}
