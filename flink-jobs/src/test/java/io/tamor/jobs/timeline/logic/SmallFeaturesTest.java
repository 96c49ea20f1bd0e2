package io.tamor.jobs.timeline.logic;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.model.embedding.FeatureHash;
import io.tamor.schemas.wire.FeatureWire;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SmallFeaturesTest {
    @Test
    void everyFeatureComesBackBitForBit() {
        for (long seed = 0; seed < 200; seed++) {
            FrozenSample sample = sample(new Random(seed));
            assertThat(FrozenSample.fromBytes(sample.toBytes()))
                    .as("seed %d", seed)
                    .usingRecursiveComparison()
                    .isEqualTo(sample);
        }
    }

    @Test
    void countsAndKnownNamesTakeHardlyAnyRoom() {
        long[][] hashes = {
            {FeatureHash.hash("item")}, {FeatureHash.hash("fund")}, {FeatureHash.hash("low")}, {}
        };
        float[] dense = {0, (float) Math.log1p(3), 7, (float) Math.log1p(1000)};
        FrozenSample known = frozen(hashes, dense);
        FrozenSample none = frozen(new long[0][], new float[0]);
        assertThat(known.toBytes().length - none.toBytes().length).isEqualTo(4 + 2 + 1 + 2);
    }

    private static FrozenSample sample(Random random) {
        long[][] hashes = new long[random.nextInt(6)][];
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = new long[random.nextInt(3)];
            for (int j = 0; j < hashes[i].length; j++) {
                hashes[i][j] =
                        random.nextBoolean()
                                ? random.nextLong()
                                : FeatureHash.hash(random.nextBoolean() ? "item" : "low");
            }
        }
        float[] dense = new float[random.nextInt(9)];
        for (int i = 0; i < dense.length; i++) {
            dense[i] =
                    switch (random.nextInt(7)) {
                        case 0 -> 0f;
                        case 1 -> -0f;
                        case 2 -> (float) Math.log1p(random.nextInt(3_000_000));
                        case 3 -> random.nextInt(3_000_000);
                        case 4 -> -random.nextInt(100);
                        case 5 -> Float.intBitsToFloat(random.nextInt());
                        default -> (float) random.nextInt(50) / (1 + random.nextInt(50));
                    };
        }
        return frozen(hashes, dense);
    }

    private static FrozenSample frozen(long[][] hashes, float[] dense) {
        return new FrozenSample(
                "impression-1",
                "item",
                "fund",
                "low",
                123,
                bytes(FeatureWire.packCategorical(hashes)),
                bytes(FeatureWire.packDense(dense)));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
