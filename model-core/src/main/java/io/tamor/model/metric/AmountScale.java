package io.tamor.model.metric;

/** Bins of amounts: one for 0, the others of equal width in log1p(yuan), up to 2.6e10 yuan. */
final class AmountScale {
    /** Bins of an order. */
    static final int BINS = 2049;

    /** Bins of a rank correlation: 16 of the finer ones each, 0 again by itself. */
    static final int COARSE_BINS = 129;

    private static final double LARGEST_LOG = 24;

    private AmountScale() {}

    static int bin(double amount) {
        if (amount <= 0) {
            return 0;
        }
        int bin = (int) (Math.log1p(amount) * ((BINS - 1) / LARGEST_LOG));
        return 1 + Math.min(BINS - 2, bin);
    }

    static int coarse(int bin) {
        return (bin + 15) / 16;
    }
}
