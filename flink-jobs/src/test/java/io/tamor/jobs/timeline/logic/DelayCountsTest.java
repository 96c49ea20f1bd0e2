package io.tamor.jobs.timeline.logic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Quantiles of delays from buckets. */
final class DelayCountsTest {
    @Test
    void quantilesAreRightToWithinABucket() {
        DelayCounts delays = new DelayCounts();
        for (int second = 1; second <= 1000; second++) {
            delays.add(second * 1000L);
        }
        assertThat(delays.quantile(0.5)).isBetween(500_000.0, 500_000.0 * 1.19);
        assertThat(delays.quantile(0.99)).isBetween(990_000.0, 1_000_000.0);
        assertThat(delays.meanMs()).isEqualTo(500_500, within(0.0));
        assertThat(delays.minMs()).isEqualTo(1_000);
        assertThat(delays.maxMs()).isEqualTo(1_000_000);
        assertThat(delays.size()).isEqualTo(1000);
    }

    @Test
    void nothingAndExtremesHaveQuantilesToo() {
        DelayCounts delays = new DelayCounts();
        assertThat(delays.quantile(0.5)).isZero();
        assertThat(delays.minMs()).isZero();
        delays.add(0);
        delays.add(-5);
        assertThat(delays.quantile(1)).isZero();
        delays.add(Long.MAX_VALUE);
        assertThat(delays.quantile(0.5)).isZero();
        assertThat(delays.maxMs()).isEqualTo(Long.MAX_VALUE);
    }
}
