package io.tamor.jobs.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class FormVersionTest {
    @Test
    void knownVersionsAreTheOldestToTheNewest() throws IOException {
        assertThat(FormVersion.require("progress", 2, 4, 2)).isEqualTo(2);
        assertThat(FormVersion.require("progress", 2, 4, 4)).isEqualTo(4);
    }

    @Test
    void othersAreRefusedWithWhatIsReadWhatWasFoundAndTheNextStep() {
        for (int found : new int[] {1, 5}) {
            assertThatThrownBy(() -> FormVersion.require("progress", 2, 4, found))
                    .isInstanceOf(IOException.class)
                    .hasMessage(
                            "progress: this build reads versions 2 to 4, found %d; restore with the"
                                    + " build that wrote it or a newer one",
                            found);
        }
        assertThatThrownBy(() -> FormVersion.require("progress", 3, 3, 1))
                .hasMessageContaining("reads version 3, found 1;");
    }
}
