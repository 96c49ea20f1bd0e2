package io.tamor.model.config;

/** How an amount is learned. */
public enum AmountLoss {
    /** Half the squared error between the output and log1p(yuan). */
    SQUARED_LOG1P,
    /**
     * Zero-inflated lognormal: Wang, Liu, Miao, "A Deep Probabilistic Model for Customer Lifetime
     * Value Prediction", 2019, arXiv 1912.07753, equations 3 to 5.
     */
    ZERO_INFLATED_LOGNORMAL;

    /** exp of more than this is no amount of money; keeps predictions finite. */
    public static final double LARGEST_LOG = 40;
}
