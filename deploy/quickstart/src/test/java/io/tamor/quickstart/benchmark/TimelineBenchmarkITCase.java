package io.tamor.quickstart.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TimelineBenchmarkITCase {
    @Test
    void allVariantsMakeTheSameLabels() throws Exception {
        assertThat(TimelineBenchmark.checkLabels(7)).contains("rows=40000");
    }
}
