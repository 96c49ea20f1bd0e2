package io.tamor.jobs.learner.logic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UserRowTest {
    private final UserRow row = new UserRow();

    private record Moments(
            long newestMoment, long liveMoment, long previousMoment, long undecidedMoment)
            implements RowMoments {}

    private void train(long live, long oldest, float value) {
        train(new Moments(live, live, oldest == live ? 0 : oldest, live), value);
    }

    private void train(RowMoments moments, float value) {
        row.keep(moments);
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
    void copiesAreKeptForWhatIsServedAndForWhatIsNotDecided() {
        train(new Moments(2, 2, 0, 3), 1);
        for (int moment = 3; moment < 8; moment++) {
            train(new Moments(moment, 2, 0, 3), moment);
        }
        assertThat(row.copyVersions).containsExactly(2, 3, 4, 5, 6, 7);
        train(new Moments(8, 5, 2, 7), 8);
        assertThat(row.copyVersions).containsExactly(2, 5, 7, 8);
        assertThat(row.valuesAsOf(2)).isNull();
        assertThat(row.valuesAsOf(5)).containsExactly(4);
        assertThat(row.valuesAsOf(8)).containsExactly(7);
        assertThat(row.changedBetween(2, 5)).isTrue();
        train(new Moments(8, 0, 0, 9), 9);
        assertThat(row.copyVersions).isEmpty();
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
