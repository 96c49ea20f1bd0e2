package io.tamor.model.layer;

import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.Parameter;
import io.tamor.model.tensor.ParameterFactory;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Label embedding unit of HTLNet: a task's probability as a softened mixture of two learned rows. p
 * = sigmoid(logit), gradient stopped, clamped to [1e-7, 1 - 1e-7]; weights = softmax([log p, log(1
 * - p)] / temperature); e = weights E.
 *
 * <pre>E [2, L], row 0: label 1    e [B, L]</pre>
 */
public final class LabelEmbedding {
    private static final double CLAMP = 1e-7;

    private final Parameter rows;
    private final Matrix weights;
    private final Matrix embedding;

    /** Its parameter is named {@code name}. */
    public LabelEmbedding(ParameterFactory factory, String name, int width, int capacity) {
        rows = factory.linearWeight(name, 2, width);
        weights = Matrix.zeros(capacity, 2);
        embedding = Matrix.zeros(capacity, width);
    }

    /**
     * Fills the embedding from column 0 of the logits.
     *
     * @param noise source of Gumbel noise on the two logits (Jang, Gu, Poole, ICLR 2017); null:
     *     none
     */
    public void forward(
            Matrix logits, double temperature, @Nullable SplittableRandom noise, int count) {
        for (int r = 0; r < count; r++) {
            double p = 1 / (1 + Math.exp(-logits.get(r, 0)));
            p = Math.min(Math.max(p, CLAMP), 1 - CLAMP);
            double one = Math.log(p) + gumbel(noise);
            double zero = Math.log1p(-p) + gumbel(noise);
            double weight = 1 / (1 + Math.exp((zero - one) / temperature));
            weights.set(r, 0, (float) weight);
            weights.set(r, 1, (float) (1 - weight));
            for (int c = 0; c < embedding.columns(); c++) {
                embedding.set(
                        r,
                        c,
                        (float)
                                (weight * rows.value().get(0, c)
                                        + (1 - weight) * rows.value().get(1, c)));
            }
        }
    }

    private static double gumbel(@Nullable SplittableRandom noise) {
        return noise == null ? 0 : -Math.log(-Math.log(noise.nextDouble(1e-12, 1)));
    }

    /** dE += weightsT de; may be called once per reader of the embedding. */
    public void backward(Matrix dEmbedding, int count) {
        Matrix gradient = rows.gradient();
        for (int label = 0; label < 2; label++) {
            for (int c = 0; c < embedding.columns(); c++) {
                double sum = 0;
                for (int r = 0; r < count; r++) {
                    sum += (double) weights.get(r, label) * dEmbedding.get(r, c);
                }
                gradient.set(label, c, gradient.get(label, c) + (float) sum);
            }
        }
    }

    /** e [B, L]. */
    public Matrix embedding() {
        return embedding;
    }
}
