package io.tamor.model.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdwinTest {
    private static final double CONFIDENCE = 0.002;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aSteadyStreamHasNoChange(long seed) {
        Random random = new Random(seed);
        Adwin window = new Adwin(CONFIDENCE);
        for (int i = 0; i < 50_000; i++) {
            assertThat(window.add(random.nextDouble() < 0.3 ? 1 : 0)).isFalse();
        }
        assertThat(window.length()).isEqualTo(50_000);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aJumpIsSeenSoonAndTheOldPartForgotten(long seed) {
        Random random = new Random(seed);
        Adwin window = new Adwin(CONFIDENCE);
        for (int i = 0; i < 10_000; i++) {
            window.add(random.nextDouble() < 0.3 ? 1 : 0);
        }
        int seenAfter = 0;
        double before = 0;
        double after = 0;
        for (int i = 1; i <= 4000; i++) {
            if (window.add(random.nextDouble() < 0.5 ? 1 : 0) && seenAfter == 0) {
                seenAfter = i;
                before = window.meanBefore();
                after = window.mean();
            }
        }
        assertThat(seenAfter).isBetween(1, 800);
        assertThat(after).isGreaterThan(before);
        assertThat(window.length()).isLessThan(6000);
        assertThat(window.mean()).isBetween(0.45, 0.55);
    }

    @Test
    void meanAndLengthAreThoseOfTheNewestValuesItKeeps() {
        Random random = new Random(7);
        Adwin window = new Adwin(CONFIDENCE);
        List<Double> all = new ArrayList<>();
        for (int i = 0; i < 9000; i++) {
            double value = i < 5000 ? random.nextDouble() / 2 : random.nextDouble();
            all.add(value);
            window.add(value);
            if (i % 500 == 499) {
                assertThat(window.mean())
                        .isCloseTo(
                                all.subList(all.size() - (int) window.length(), all.size()).stream()
                                        .mapToDouble(v -> v)
                                        .average()
                                        .orElseThrow(),
                                within(1e-9));
            }
        }
        assertThat(window.length()).isLessThan(5000);
    }

    @Test
    void aWindowReadBackGoesOnBitForBit() throws IOException {
        Random random = new Random(3);
        Adwin steady = new Adwin(CONFIDENCE);
        Adwin resumed = new Adwin(CONFIDENCE);
        for (int i = 0; i < 6000; i++) {
            double value = i < 3000 ? random.nextDouble() / 3 : random.nextDouble();
            assertThat(resumed.add(value)).isEqualTo(steady.add(value));
            if (i % 777 == 0) {
                Adwin read = new Adwin(CONFIDENCE);
                read.read(new DataInputStream(new ByteArrayInputStream(bytes(resumed))));
                resumed = read;
            }
        }
        assertThat(bytes(resumed)).isEqualTo(bytes(steady));
    }

    @Test
    void whatIsOutOfRangeIsRefused() {
        Adwin window = new Adwin(CONFIDENCE);
        assertThatThrownBy(() -> window.add(1.5)).hasMessageContaining("[0, 1], was 1.5");
        assertThatThrownBy(() -> window.add(Double.NaN)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> new Adwin(0)).hasMessageContaining("(0, 1), was 0.0");
        assertThatThrownBy(
                        () ->
                                window.read(
                                        new DataInputStream(
                                                new ByteArrayInputStream(new byte[] {0, 0, 0, 9}))))
                .hasMessageContaining("version 1, found 9");
    }

    private static byte[] bytes(Adwin window) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        window.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }
}
