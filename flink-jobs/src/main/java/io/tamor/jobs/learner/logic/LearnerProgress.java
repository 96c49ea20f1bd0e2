package io.tamor.jobs.learner.logic;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far the learner is: counters since the beginning, event times, the last version, the last
 * offset trained of each partition. Part of {@link LearnerStateWire}.
 */
public final class LearnerProgress {
    /** "No time yet". */
    public static final long NEVER = Long.MIN_VALUE;

    /** Samples trained or dropped with their step. */
    public long samples;

    /** Training steps that changed the model. */
    public long steps;

    /** Steps dropped because loss or gradient was not finite. */
    public long droppedSteps;

    /** Samples trained out of order, behind the watermark. */
    public long lateSamples;

    /** Records refused. */
    public long rejectedRecords;

    /** Event time up to which samples have joined a mini-batch. */
    public long passedMs = NEVER;

    /** Latest maturity among the samples trained. */
    public long trainedMs = NEVER;

    /** The last version made, 0 for none. */
    public long version;

    /** The hash of its manifest, empty for none and while that is being made. */
    public String manifestSha256 = "";

    /**
     * {@link #trainedMs} as of the last version, or of going back to it; before the first one, the
     * first sample's.
     */
    public long snapshotMs = NEVER;

    /** {@link #samples} as of the last version. */
    public long snapshotSamples;

    /** Labels trained per task. */
    public final long[] matureLabels;

    /** The offset after the last one trained, by topic-partition. */
    public final Map<String, Long> offsets = new TreeMap<>();

    public LearnerProgress(int tasks) {
        matureLabels = new long[tasks];
    }

    /** The model is a version's: the schedule of the next one begins. */
    public void versionMade() {
        snapshotMs = trainedMs;
        snapshotSamples = samples;
    }

    /**
     * Adds what another part of the same learner has counted; of its last versions the newer, of
     * its times the later ones.
     */
    public void add(LearnerProgress other) {
        samples += other.samples;
        steps += other.steps;
        droppedSteps += other.droppedSteps;
        lateSamples += other.lateSamples;
        rejectedRecords += other.rejectedRecords;
        snapshotSamples += other.snapshotSamples;
        for (int t = 0; t < matureLabels.length; t++) {
            matureLabels[t] += other.matureLabels[t];
        }
        other.offsets.forEach((partition, next) -> offsets.merge(partition, next, Math::max));
        keepTimesOf(other);
    }

    /** Takes over the later times and the newer version of another part of the same learner. */
    void keepTimesOf(LearnerProgress other) {
        passedMs = Math.max(passedMs, other.passedMs);
        trainedMs = Math.max(trainedMs, other.trainedMs);
        snapshotMs = Math.max(snapshotMs, other.snapshotMs);
        if (other.version > version) {
            version = other.version;
            manifestSha256 = other.manifestSha256;
        }
    }

    /** A learner that counts from 0 at these times. */
    LearnerProgress timesOnly() {
        LearnerProgress times = new LearnerProgress(matureLabels.length);
        times.keepTimesOf(this);
        return times;
    }

    /** Writes every field in their order above. */
    public void write(DataOutput out) throws IOException {
        out.writeLong(samples);
        out.writeLong(steps);
        out.writeLong(droppedSteps);
        out.writeLong(lateSamples);
        out.writeLong(rejectedRecords);
        out.writeLong(passedMs);
        out.writeLong(trainedMs);
        out.writeLong(version);
        out.writeUTF(manifestSha256);
        out.writeLong(snapshotMs);
        out.writeLong(snapshotSamples);
        out.writeInt(matureLabels.length);
        for (long labels : matureLabels) {
            out.writeLong(labels);
        }
        out.writeInt(offsets.size());
        for (Map.Entry<String, Long> offset : offsets.entrySet()) {
            out.writeUTF(offset.getKey());
            out.writeLong(offset.getValue());
        }
    }

    /** Reads what {@link #write} wrote for as many tasks. */
    public void read(DataInput in) throws IOException {
        samples = in.readLong();
        steps = in.readLong();
        droppedSteps = in.readLong();
        lateSamples = in.readLong();
        rejectedRecords = in.readLong();
        passedMs = in.readLong();
        trainedMs = in.readLong();
        version = in.readLong();
        manifestSha256 = in.readUTF();
        snapshotMs = in.readLong();
        snapshotSamples = in.readLong();
        int tasks = in.readInt();
        if (tasks != matureLabels.length) {
            throw new IOException(
                    "learner state: wanted "
                            + matureLabels.length
                            + " tasks as configured, found "
                            + tasks);
        }
        for (int t = 0; t < tasks; t++) {
            matureLabels[t] = in.readLong();
        }
        offsets.clear();
        for (int left = in.readInt(); left > 0; left--) {
            offsets.put(in.readUTF(), in.readLong());
        }
    }
}
