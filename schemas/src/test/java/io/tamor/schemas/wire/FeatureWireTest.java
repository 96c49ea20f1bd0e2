package io.tamor.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FeatureWireTest {

    @Test
    void hashesComeBackInOrderAndMissingFieldsHandNothing() throws Exception {
        ByteBuffer packed =
                FeatureWire.packCategorical(new long[][] {{7}, {}, {Long.MIN_VALUE, 3}});
        List<String> read = new ArrayList<>();

        FeatureWire.unpackCategorical(
                packed, 3, (f, i, n, h) -> read.add(f + ":" + i + "/" + n + "=" + h));

        assertThat(read).containsExactly("0:0/1=7", "2:0/2=" + Long.MIN_VALUE, "2:1/2=3");
        assertThat(packed.remaining()).isEqualTo(3 + 3 * 8);
    }

    @Test
    void denseValuesComeBackBitForBit() throws Exception {
        float[] values = {0f, -0f, 1.5f, Float.MIN_VALUE};
        float[] read = new float[4];

        FeatureWire.unpackDense(FeatureWire.packDense(values), read);

        assertThat(read).containsExactly(values);
    }

    @Test
    void anotherNumberOfFeaturesIsRefusedWithBothNumbers() {
        ByteBuffer dense = FeatureWire.packDense(new float[] {1f});
        ByteBuffer categorical = FeatureWire.packCategorical(new long[][] {{1}});

        assertThatThrownBy(() -> FeatureWire.unpackDense(dense, new float[2]))
                .hasMessage("dense: wanted 8 bytes (2 features), found 4");
        assertThatThrownBy(() -> FeatureWire.unpackCategorical(categorical, 2, (f, i, n, h) -> {}))
                .hasMessageContaining("end before field 2");
        assertThatThrownBy(() -> FeatureWire.unpackCategorical(categorical, 0, (f, i, n, h) -> {}))
                .hasMessageContaining("9 bytes left");
    }
}
