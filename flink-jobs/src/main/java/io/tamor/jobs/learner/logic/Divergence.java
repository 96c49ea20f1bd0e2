package io.tamor.jobs.learner.logic;

import io.tamor.jobs.io.FormVersion;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Whether the learner's own loss runs away: not finite, or far above its running level, for so many
 * steps in a row. The level is a mean that follows the last {@value #MEMORY} or so steps, without
 * the diverging ones; it must have seen as many before anything counts as far above it. After a
 * divergence the level is learned anew: where the data have changed and not the learner, it learns
 * on instead of going back for ever. Not thread-safe.
 */
public final class Divergence {
    private static final int VERSION = 1;
    private static final int MEMORY = 100;

    private final double factor;
    private final int steps;
    private double level;
    private long seen;
    private int inARow;

    /**
     * Nothing seen yet.
     *
     * @param factor a loss this many times the level diverges
     * @param steps diverging steps in a row that are a divergence
     */
    public Divergence(double factor, int steps) {
        this.factor = factor;
        this.steps = steps;
    }

    /** Takes a step's loss; true where it completes a divergence. */
    public boolean observe(double loss) {
        boolean far = seen >= MEMORY && loss > factor * level;
        if (Double.isFinite(loss) && !far) {
            seen++;
            level += (loss - level) / Math.min(seen, MEMORY);
            inARow = 0;
            return false;
        }
        inARow++;
        if (inARow < steps) {
            return false;
        }
        reset();
        return true;
    }

    /** Learns the level anew. */
    public void reset() {
        level = 0;
        seen = 0;
        inARow = 0;
    }

    /** Version 1: int version, double level, long seen, int diverging steps in a row. */
    public void write(DataOutput out) throws IOException {
        out.writeInt(VERSION);
        out.writeDouble(level);
        out.writeLong(seen);
        out.writeInt(inARow);
    }

    /** Reads what {@link #write} wrote. */
    public void read(DataInput in) throws IOException {
        FormVersion.require("divergence", VERSION, VERSION, in.readInt());
        level = in.readDouble();
        seen = in.readLong();
        inARow = in.readInt();
    }
}
