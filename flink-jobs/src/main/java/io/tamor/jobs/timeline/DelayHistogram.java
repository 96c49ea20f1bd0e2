package io.tamor.jobs.timeline;

import io.tamor.jobs.timeline.logic.DelayCounts;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.HistogramStatistics;

/** Shows delays, milliseconds, as a Flink histogram. */
record DelayHistogram(DelayCounts delays) implements Histogram {
    @Override
    public void update(long value) {
        throw new UnsupportedOperationException("delays are counted by the rules");
    }

    @Override
    public long getCount() {
        return delays.size();
    }

    @Override
    public HistogramStatistics getStatistics() {
        return new Statistics(delays);
    }

    private static final class Statistics extends HistogramStatistics {
        private final DelayCounts delays;

        Statistics(DelayCounts delays) {
            this.delays = delays;
        }

        @Override
        public double getQuantile(double quantile) {
            return delays.quantile(quantile);
        }

        /** Single delays are not kept. */
        @Override
        public long[] getValues() {
            return new long[0];
        }

        @Override
        public int size() {
            return (int) Math.min(Integer.MAX_VALUE, delays.size());
        }

        @Override
        public double getMean() {
            return delays.meanMs();
        }

        /** Not kept: a spread over many orders of magnitude is read from the quantiles. */
        @Override
        public double getStdDev() {
            return Double.NaN;
        }

        @Override
        public long getMax() {
            return delays.maxMs();
        }

        @Override
        public long getMin() {
            return delays.minMs();
        }
    }
}
