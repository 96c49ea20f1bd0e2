package io.tamor.jobs.timeline.logic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.jobs.learner.logic.TestingSamples;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StageRulesTest {
    @TempDir Path folder;

    private StageRules with(String text, String replacement) {
        assertThat(TestingSamples.yaml()).contains(text);
        return StageRules.of(TestingSamples.deployment(folder, text, replacement));
    }

    @Test
    void stateGoesOnUnderTheSameWindowsAloneWhateverElseChanges() throws Exception {
        byte[] stored = with("seed: 42", "seed: 42").toBytes();
        with("threshold_minor: ", "threshold_minor: 1").requireSame(stored);
        with("seed: 42", "seed: 1").requireSame(stored);
        for (StageRules other :
                new StageRules[] {
                    with("window: 15 min", "window: 16 min"), with("emit: staged", "emit: once")
                }) {
            assertThatThrownBy(() -> other.requireSame(stored))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("PT15M")
                    .hasMessageContaining(other.text());
        }
    }

    /** Only the number was another: what it said of aggregates is not in the text. */
    @Test
    void theFirstVersionIsRead() throws Exception {
        byte[] stored = with("seed: 42", "seed: 42").toBytes();
        assertThat(StageRules.keptAllAggregates(stored)).isTrue();
        stored[0] = 1;
        with("seed: 42", "seed: 42").requireSame(stored);
        assertThat(StageRules.keptAllAggregates(stored)).isFalse();
    }

    @Test
    void aNewerFormIsRefusedByName() throws Exception {
        byte[] stored = with("seed: 42", "seed: 42").toBytes();
        stored[0] = 9;
        assertThatThrownBy(() -> with("seed: 42", "seed: 42").requireSame(stored))
                .hasMessageContaining("stage rules: this build reads versions 1 to 2, found 9");
    }
}
