package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.io.FormVersion;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** What is remembered of all users' events of an item or scenario. Mutable. */
public final class PopulationState {
    private static final int VERSION = 1;

    Aggregates aggregates = new Aggregates();
    private long appliedMs;

    /** No event up to it can follow. */
    public long appliedMs() {
        return appliedMs;
    }

    /** All events up to a time are applied. */
    public void applied(long untilMs) {
        appliedMs = Math.max(appliedMs, untilMs);
    }

    /** Writes the newest version of the stored form. */
    public void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        VarLong.write(out, appliedMs);
        aggregates.write(out);
    }

    /** Reads any version of the stored form. */
    public static PopulationState read(DataInput in) throws IOException {
        FormVersion.require("population state", VERSION, VERSION, in.readByte());
        PopulationState state = new PopulationState();
        state.appliedMs = VarLong.read(in);
        state.aggregates = Aggregates.read(in);
        return state;
    }
}
