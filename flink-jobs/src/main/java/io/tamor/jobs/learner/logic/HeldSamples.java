package io.tamor.jobs.learner.logic;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Samples in {@link SampleOrder}, the first on top: a binary heap whose maturities lie together,
 * since a sample is compared some twenty times on its way and nearly always by maturity alone.
 */
final class HeldSamples {
    private static final int FIRST_CAPACITY = 1024;

    private long[] maturities = new long[FIRST_CAPACITY];
    private @Nullable QueuedSample[] samples = new QueuedSample[FIRST_CAPACITY];
    private int size;

    int size() {
        return size;
    }

    /** Maturity of the first; {@link Long#MAX_VALUE} where there is none. */
    long firstMaturedMs() {
        return size == 0 ? Long.MAX_VALUE : maturities[0];
    }

    void add(QueuedSample sample) {
        if (size == samples.length) {
            maturities = Arrays.copyOf(maturities, 2 * size);
            samples = Arrays.copyOf(samples, 2 * size);
        }
        long maturedMs = sample.maturedAtMs();
        int at = size++;
        while (at > 0) {
            int parent = (at - 1) >>> 1;
            if (!before(maturedMs, sample, parent)) {
                break;
            }
            move(parent, at);
            at = parent;
        }
        put(maturedMs, sample, at);
    }

    /** Takes the first; there must be one. */
    QueuedSample poll() {
        QueuedSample first = at(0);
        int last = --size;
        long maturedMs = maturities[last];
        QueuedSample sample = at(last);
        samples[last] = null;
        int at = 0;
        for (int child = 1; child < last; child = 2 * at + 1) {
            if (child + 1 < last && before(maturities[child + 1], at(child + 1), child)) {
                child++;
            }
            if (before(maturedMs, sample, child)) {
                break;
            }
            move(child, at);
            at = child;
        }
        if (last > 0) {
            put(maturedMs, sample, at);
        }
        return first;
    }

    private boolean before(long maturedMs, QueuedSample sample, int other) {
        return maturedMs != maturities[other]
                ? maturedMs < maturities[other]
                : SampleOrder.compareIdentity(sample, at(other)) < 0;
    }

    private void move(int from, int to) {
        maturities[to] = maturities[from];
        samples[to] = samples[from];
    }

    private void put(long maturedMs, QueuedSample sample, int at) {
        maturities[at] = maturedMs;
        samples[at] = sample;
    }

    /** One of them, in no order. */
    QueuedSample at(int index) {
        QueuedSample sample = samples[index];
        if (sample == null) {
            throw new IllegalStateException("no sample at " + index + " of " + size);
        }
        return sample;
    }
}
