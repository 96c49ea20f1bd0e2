package io.tamor.jobs.learner.logic;

import io.tamor.jobs.io.FormVersion;
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
 * @param standing what stands beside it
 */
public record MergedModel(
        long round, Map<ReplicaName, Long> cuts, ModelValues values, Standing standing) {
    private static final int VERSION = 2;
    private static final int FIRST_VERSION = 1;

    public MergedModel {
        cuts = Map.copyOf(cuts);
    }

    /**
     * Stored form, version 2: int version, long round, int cuts, per cut replica and number,
     * values, standing. Version 1 had no standing.
     */
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
        standing.write(out);
    }

    /** Reads what {@link #write} wrote. */
    public static MergedModel read(DataInput in) throws IOException {
        int version = FormVersion.require("merged model", FIRST_VERSION, VERSION, in.readInt());
        long round = in.readLong();
        Map<ReplicaName, Long> cuts = new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
        for (int left = in.readInt(); left > 0; left--) {
            cuts.put(ReplicaName.read(in), in.readLong());
        }
        ModelValues values = ModelValues.read(in);
        return new MergedModel(
                round, cuts, values, version == FIRST_VERSION ? Standing.NONE : Standing.read(in));
    }
}
