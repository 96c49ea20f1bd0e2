package io.tamor.model.loss;

import io.tamor.model.config.AmountLoss;
import io.tamor.model.config.Target;
import java.nio.FloatBuffer;

/**
 * The loss of one sample by a task's outputs, its gradient, and what the outputs predict. Outputs
 * of a sample are {@link #outputs} floats from an index on.
 */
public interface Loss {
    /** Outputs a task needs. */
    int outputs();

    /**
     * The loss; writes its gradient by the outputs, times {@code scale}, to {@code gradient}.
     *
     * @return the loss, not scaled
     */
    double loss(FloatBuffer output, int at, float label, float scale, FloatBuffer gradient, int to);

    /** The one number a report shows: a logit, or log1p(yuan). */
    float logit(FloatBuffer output, int at);

    /** Probability of a binary target, or yuan, at least 0. */
    float prediction(FloatBuffer output, int at);

    /** The loss of a target; the one place that names the losses. */
    static Loss of(Target target, AmountLoss amount) {
        return switch (target) {
            case BINARY -> new LogisticLoss();
            case AMOUNT ->
                    switch (amount) {
                        case SQUARED_LOG1P -> new SquaredLog1pLoss();
                        case ZERO_INFLATED_LOGNORMAL -> new ZeroInflatedLognormalLoss();
                    };
        };
    }
}
