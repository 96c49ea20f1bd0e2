package io.tamor.model.loss;

import io.tamor.model.config.AmountLoss;
import java.nio.FloatBuffer;

/** Half the squared error between the output and log1p(yuan). */
public final class SquaredLog1pLoss implements Loss {
    @Override
    public int outputs() {
        return 1;
    }

    @Override
    public double loss(
            FloatBuffer output, int at, float label, float scale, FloatBuffer gradient, int to) {
        double error = output.get(at) - Math.log1p(label);
        gradient.put(to, (float) (scale * error));
        return 0.5 * error * error;
    }

    @Override
    public float logit(FloatBuffer output, int at) {
        return output.get(at);
    }

    @Override
    public float prediction(FloatBuffer output, int at) {
        return (float) Math.max(0, Math.expm1(Math.min(output.get(at), AmountLoss.LARGEST_LOG)));
    }
}
