package io.tamor.jobs.learner.logic;

import io.tamor.jobs.config.Deployment;
import io.tamor.model.network.MiniBatch;
import io.tamor.schemas.Sample;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Test-then-train quality per task, tier and scenario: since the beginning, and in windows of a day
 * (UTC) by the labels' maturity. A window closes when a label of a later one is scored, so windows
 * too depend on the samples alone; a label trained out of order counts in the open window. Memory:
 * two tables.
 */
public final class Quality {
    /** Length of a window. */
    public static final Duration WINDOW = Duration.ofDays(1);

    private static final long NONE = Long.MIN_VALUE;

    private final QualityTable total;
    private final QualityTable window;
    private final List<QualitySlice> closed = new ArrayList<>();
    private long windowFromMs = NONE;
    private long firstMs = NONE;
    private long lastMs = NONE;

    /** A score from before the update. */
    @FunctionalInterface
    public interface Scores {
        float prediction(int row, int task);
    }

    public Quality(Deployment deployment) {
        total = new QualityTable(deployment);
        window = new QualityTable(deployment);
    }

    /** Counts every final label of a batch; the samples are the batch's rows. */
    public void count(List<Sample> samples, MiniBatch batch, Scores scores) {
        for (int row = 0; row < samples.size(); row++) {
            moveTo(samples.get(row).getMaturedAtMs());
            total.add(batch, row, scores);
            window.add(batch, row, scores);
        }
    }

    /** The windows closed since the last call. */
    public List<QualitySlice> takeClosed() {
        List<QualitySlice> taken = List.copyOf(closed);
        closed.clear();
        return taken;
    }

    /** Closes the open window, since nothing more will come, and takes what is closed. */
    public List<QualitySlice> closeAll() {
        close();
        windowFromMs = NONE;
        return takeClosed();
    }

    /** Everything since the beginning. */
    public List<QualitySlice> cumulative() {
        return total.slices(true, firstMs, lastMs + 1);
    }

    private void moveTo(long maturedMs) {
        firstMs = firstMs == NONE ? maturedMs : Math.min(firstMs, maturedMs);
        lastMs = Math.max(lastMs, maturedMs);
        long fromMs = maturedMs - Math.floorMod(maturedMs, WINDOW.toMillis());
        if (fromMs > windowFromMs) {
            close();
            windowFromMs = fromMs;
        }
    }

    private void close() {
        if (windowFromMs != NONE) {
            closed.addAll(window.slices(false, windowFromMs, windowFromMs + WINDOW.toMillis()));
            window.clear();
        }
    }

    /** Writes all there is. */
    public void write(DataOutput out) throws IOException {
        out.writeLong(windowFromMs);
        out.writeLong(firstMs);
        out.writeLong(lastMs);
        total.write(out);
        window.write(out);
    }

    /** Reads what {@link #write} wrote. */
    public void read(DataInput in) throws IOException {
        windowFromMs = in.readLong();
        firstMs = in.readLong();
        lastMs = in.readLong();
        total.read(in);
        window.read(in);
    }
}
