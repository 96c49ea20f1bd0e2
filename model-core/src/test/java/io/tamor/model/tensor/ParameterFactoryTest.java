package io.tamor.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ParameterFactoryTest {
    @Test
    void seedsThatFollowEachOtherShareNoNumbers() {
        Matrix one = new ParameterFactory(1).uniform("w", 1, 100, 1).value();
        Matrix two = new ParameterFactory(2).uniform("w", 1, 100, 1).value();
        Matrix other = new ParameterFactory(1).uniform("v", 1, 100, 1).value();
        for (int i = 0; i < 100; i++) {
            for (int j = 0; j < 100; j++) {
                assertThat(one.get(0, i)).isNotEqualTo(two.get(0, j));
                assertThat(one.get(0, i)).isNotEqualTo(other.get(0, j));
            }
        }
    }
}
