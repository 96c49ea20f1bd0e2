package io.tamor.jobs.learner.logic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UserRowTest {
    private final UserRow row = new UserRow();

    private void train(long live, long oldest, float value) {
        row.keep(live, oldest);
        row.values = new float[] {value};
        row.accumulators = new float[] {value + 0.5f};
    }

    @Test
    void aRowIsKnownAsOfEveryVersionThatCanStillBeServed() {
        train(3, 3, 1);
        train(3, 3, 2);
        assertThat(row.valuesAsOf(3)).isNull();
        train(4, 3, 5);
        assertThat(row.valuesAsOf(3)).isNull();
        assertThat(row.valuesAsOf(4)).containsExactly(2);
        assertThat(row.changedBetween(3, 4)).isTrue();
        assertThat(row.changedBetween(4, 5)).isTrue();
        assertThat(row.changedBetween(5, 6)).isFalse();
        train(6, 5, 7);
        assertThat(row.copyVersions).containsExactly(6);
        assertThat(row.valuesAsOf(5)).containsExactly(5);
        assertThat(row.valuesAsOf(7)).containsExactly(7);
        assertThat(row.changedSince(6)).isTrue();
        assertThat(row.changedSince(7)).isFalse();
    }

    @Test
    void itReturnsToAVersionWithItsOptimiserState() {
        train(0, 0, 1);
        train(2, 2, 9);
        assertThat(row.returnTo(2)).isTrue();
        assertThat(row.values).containsExactly(1);
        assertThat(row.accumulators).containsExactly(1.5f);
        assertThat(row.returnTo(2)).isTrue();
        train(2, 2, 4);
        assertThat(row.valuesAsOf(2)).containsExactly(1);
    }

    @Test
    void aRowThatWasNotThereDoesNotReturn() {
        train(2, 2, 1);
        assertThat(row.returnTo(2)).isFalse();
    }
}
