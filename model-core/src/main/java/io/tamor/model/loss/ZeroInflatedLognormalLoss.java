package io.tamor.model.loss;

import io.tamor.model.config.AmountLoss;
import java.nio.FloatBuffer;

/**
 * Zero-inflated lognormal (Wang, Liu, Miao, 2019, arXiv 1912.07753): outputs are the logit of a
 * positive amount, mu, and s with sigma = softplus(s). The loss is the logistic loss of "positive"
 * plus, for a positive amount y, log(y sigma sqrt(2 pi)) + (log y - mu)^2 / (2 sigma^2). It
 * predicts the mean, P(positive) exp(mu + sigma^2 / 2).
 */
public final class ZeroInflatedLognormalLoss implements Loss {
    private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

    /** Keeps a collapsed sigma from dividing by zero; the authors' code has the same guard. */
    private static final double LEAST_SIGMA = 1e-4;

    private final LogisticLoss positive = new LogisticLoss();

    @Override
    public int outputs() {
        return 3;
    }

    @Override
    public double loss(
            FloatBuffer output, int at, float label, float scale, FloatBuffer gradient, int to) {
        double loss = positive.loss(output, at, label > 0 ? 1f : 0f, scale, gradient, to);
        double dMu = 0;
        double dS = 0;
        if (label > 0) {
            double s = output.get(at + 2);
            double sigma = sigma(s);
            double logLabel = Math.log(label);
            double z = (logLabel - output.get(at + 1)) / sigma;
            loss += logLabel + Math.log(sigma) + HALF_LOG_TWO_PI + 0.5 * z * z;
            dMu = -z / sigma;
            dS = sigma > LEAST_SIGMA ? (1 - z * z) / sigma * LogisticLoss.sigmoid(s) : 0;
        } else if (!(label == 0)) {
            loss = Double.NaN; // negative or NaN: no amount; the step is dropped
        }
        gradient.put(to + 1, (float) (scale * dMu));
        gradient.put(to + 2, (float) (scale * dS));
        return loss;
    }

    private static double sigma(double s) {
        double softplus = Math.max(s, 0) + Math.log1p(Math.exp(-Math.abs(s)));
        return Math.max(softplus, LEAST_SIGMA);
    }

    @Override
    public float logit(FloatBuffer output, int at) {
        return (float) Math.log1p(prediction(output, at));
    }

    @Override
    public float prediction(FloatBuffer output, int at) {
        double sigma = sigma(output.get(at + 2));
        double log = Math.min(output.get(at + 1) + 0.5 * sigma * sigma, AmountLoss.LARGEST_LOG);
        return (float) (positive.prediction(output, at) * Math.exp(log));
    }
}
