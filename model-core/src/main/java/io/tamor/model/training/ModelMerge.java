package io.tamor.model.training;

import io.tamor.model.embedding.FeatureStatistics;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Merges increments of replicas into one model: a dense parameter moves by the sum of the n
 * increments over the square root of n, an embedding row by that of the n that changed it, the
 * dense features' statistics become those of all samples. With an outer momentum the dense
 * parameters move by v = momentum v + that instead (as a heavy ball; Douillard et al., "DiLoCo",
 * 2023, use it with Nesterov's correction).
 *
 * <p>Why the root: replicas take as many steps as one learner would, each on an n-th of its batch.
 * An adaptive optimiser divides a step by the size of the gradients, which for small batches is
 * that of their noise, the square root of n times as large as one learner's; so each has that much
 * less of what the samples have in common, and the mean of n would be a step as much too short
 * (Malladi et al., "On the SDEs and Scaling Rules for Adaptive Gradient Algorithms", 2022).
 *
 * <p>Sums are made in double in the order of the increments, so equal increments in equal order
 * give equal bits.
 */
public final class ModelMerge {
    private final double rate;
    private final double momentum;
    private float[][] velocity = new float[0][];

    /**
     * @param rate factor of every move, above 0
     * @param momentum share of the last move of the dense parameters that the next one keeps, in
     *     [0, 1)
     */
    public ModelMerge(double rate, double momentum) {
        this.rate = rate;
        this.momentum = momentum;
    }

    /** A base with increments added as they are. */
    public static ModelValues sum(ModelValues base, List<ModelIncrement> increments) {
        ModelMerge plain = new ModelMerge(1, 0);
        ModelValues sum = base;
        for (ModelIncrement increment : increments) {
            sum = plain.merge(sum, List.of(increment));
        }
        return sum;
    }

    /** The merged model; without increments the base itself. */
    public ModelValues merge(ModelValues base, List<ModelIncrement> increments) {
        if (increments.isEmpty()) {
            return base;
        }
        for (ModelIncrement increment : increments) {
            if (!increment.fits(base)) {
                throw new IllegalArgumentException(
                        "an increment is of another model than the one it is merged into; replicas"
                                + " must run one configuration");
            }
        }
        float[][] merged = new float[base.size()][];
        for (int i = 0; i < merged.length; i++) {
            merged[i] =
                    base.width(i) == ModelValues.DENSE
                            ? dense(i, base, increments)
                            : rows(i, base, increments);
        }
        List<FeatureStatistics> statistics = new ArrayList<>(base.statistics());
        for (ModelIncrement increment : increments) {
            for (int side = 0; side < statistics.size(); side++) {
                statistics.set(side, statistics.get(side).plus(increment.statistics().get(side)));
            }
        }
        long steps = base.steps();
        for (ModelIncrement increment : increments) {
            steps = Math.max(steps, increment.steps());
        }
        return new ModelValues(steps, base.names(), base.widths(), merged, statistics);
    }

    private float[] dense(int index, ModelValues base, List<ModelIncrement> increments) {
        float[] merged = base.array(index).clone();
        float[] past = velocity(index, base);
        for (int k = 0; k < merged.length; k++) {
            double sum = 0;
            for (ModelIncrement increment : increments) {
                sum += increment.differences(index)[k];
            }
            double move = sum / Math.sqrt(increments.size());
            if (momentum > 0) {
                move += momentum * past[k];
                past[k] = (float) move;
            }
            merged[k] += (float) (rate * move);
        }
        return merged;
    }

    private float[] velocity(int index, ModelValues base) {
        if (momentum == 0) {
            return base.array(index);
        }
        if (velocity.length == 0) {
            velocity = new float[base.size()][];
        }
        if (velocity[index] == null) {
            velocity[index] = new float[base.array(index).length];
        }
        return velocity[index];
    }

    private float[] rows(int index, ModelValues base, List<ModelIncrement> increments) {
        float[] merged = base.array(index).clone();
        int width = base.width(index);
        int[] touching = new int[merged.length / width];
        for (ModelIncrement increment : increments) {
            for (int row : increment.rows(index)) {
                touching[row]++;
            }
        }
        double[] sums = new double[Arrays.stream(touching).map(n -> n > 0 ? 1 : 0).sum() * width];
        int[] slot = new int[touching.length];
        int slots = 0;
        for (int row = 0; row < touching.length; row++) {
            slot[row] = touching[row] > 0 ? slots++ * width : -1;
        }
        for (ModelIncrement increment : increments) {
            int[] rows = increment.rows(index);
            for (int r = 0; r < rows.length; r++) {
                for (int d = 0; d < width; d++) {
                    sums[slot[rows[r]] + d] += increment.differences(index)[r * width + d];
                }
            }
        }
        for (int row = 0; row < touching.length; row++) {
            for (int d = 0; touching[row] > 0 && d < width; d++) {
                merged[row * width + d] +=
                        (float) (rate * sums[slot[row] + d] / Math.sqrt(touching[row]));
            }
        }
        return merged;
    }

    /** Forgets the outer momentum. */
    public void forget() {
        velocity = new float[0][];
    }

    /** Writes the outer momentum: int arrays, per array int length, floats. */
    public void write(DataOutput out) throws IOException {
        out.writeInt(velocity.length);
        for (float[] array : velocity) {
            out.writeInt(array == null ? 0 : array.length);
            for (int k = 0; array != null && k < array.length; k++) {
                out.writeFloat(array[k]);
            }
        }
    }

    /** Reads what {@link #write} wrote. */
    public void read(DataInput in) throws IOException {
        velocity = new float[in.readInt()][];
        for (int i = 0; i < velocity.length; i++) {
            velocity[i] = new float[in.readInt()];
            for (int k = 0; k < velocity[i].length; k++) {
                velocity[i][k] = in.readFloat();
            }
        }
    }
}
