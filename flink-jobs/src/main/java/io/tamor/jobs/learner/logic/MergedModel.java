package io.tamor.jobs.learner.logic;

import io.tamor.model.training.ModelValues;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * The model after a merge round.
 *
 * @param round from 1
 * @param cuts the last cut of each replica that is in it
 */
public record MergedModel(long round, Map<ReplicaName, Long> cuts, ModelValues values) {
    private static final int VERSION = 1;

    public MergedModel {
        cuts = Map.copyOf(cuts);
    }

    /** Stored form, version 1: int version, long round, int cuts, per cut replica and number. */
    public void write(DataOutput out) throws IOException {
        out.writeInt(VERSION);
        out.writeLong(round);
        out.writeInt(cuts.size());
        Map<String, ReplicaName> sorted = new TreeMap<>();
        cuts.keySet().forEach(replica -> sorted.put(replica.toString(), replica));
        for (ReplicaName replica : sorted.values()) {
            replica.write(out);
            out.writeLong(cuts.getOrDefault(replica, 0L));
        }
        values.write(out);
    }

    /** Reads what {@link #write} wrote. */
    public static MergedModel read(DataInput in) throws IOException {
        int version = in.readInt();
        if (version != VERSION) {
            throw new IOException(
                    "merged model: this build reads version " + VERSION + ", found " + version);
        }
        long round = in.readLong();
        Map<ReplicaName, Long> cuts = new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
        for (int left = in.readInt(); left > 0; left--) {
            cuts.put(ReplicaName.read(in), in.readLong());
        }
        return new MergedModel(round, cuts, ModelValues.read(in));
    }
}
