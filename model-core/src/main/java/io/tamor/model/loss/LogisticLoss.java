package io.tamor.model.loss;

import java.nio.FloatBuffer;

/** Logistic loss on the logit z: log(1 + exp(z)) - label z, computed without overflow. */
public final class LogisticLoss implements Loss {
    @Override
    public int outputs() {
        return 1;
    }

    @Override
    public double loss(
            FloatBuffer output, int at, float label, float scale, FloatBuffer gradient, int to) {
        double z = output.get(at);
        double e = Math.exp(-Math.abs(z));
        double probability = z >= 0 ? 1 / (1 + e) : e / (1 + e);
        gradient.put(to, (float) (scale * (probability - label)));
        return Math.max(z, 0) - label * z + Math.log1p(e);
    }

    @Override
    public float logit(FloatBuffer output, int at) {
        return output.get(at);
    }

    @Override
    public float prediction(FloatBuffer output, int at) {
        return (float) sigmoid(output.get(at));
    }

    /** 1 / (1 + exp(-z)) without overflow. */
    public static double sigmoid(double z) {
        double e = Math.exp(-Math.abs(z));
        return z >= 0 ? 1 / (1 + e) : e / (1 + e);
    }
}
