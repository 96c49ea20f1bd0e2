package io.tamor.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KernelsTest {
    private static final int LONGEST = 150;
    private static final int OFFSET = 3;

    private final Kernels plain = new PlainKernels();

    @Test
    void theVectorKernelsAreChosenWhereTheJvmHasTheModule() {
        boolean present = ModuleLayer.boot().findModule(KernelChoice.MODULE).isPresent();
        assertThat(Kernels.chosen() instanceof PlainKernels).isEqualTo(!present);
        assertThat(Kernels.chosen()).isSameAs(Kernels.chosen());
    }

    @Test
    void bothKindsGiveTheSameBitsForEveryLength() throws ReflectiveOperationException {
        Kernels vector = vectorKernels();
        SplittableRandom random = new SplittableRandom(5);
        for (int n = 0; n <= LONGEST; n++) {
            float[] x = values(n, random);
            float[] y = values(n, random);
            float factor = (float) random.nextDouble(-2, 2);
            assertThat(vector.dot(x, OFFSET, y, 0, n))
                    .as("dot of %d", n)
                    .isEqualTo(plain.dot(x, OFFSET, y, 0, n));
            float[] z = y.clone();
            plain.addScaled(x, OFFSET, factor, y, 1, n);
            vector.addScaled(x, OFFSET, factor, z, 1, n);
            assertThat(z).as("sum of %d", n).isEqualTo(y);
        }
    }

    @Test
    void bothKindsSeeWhatIsNotFiniteWhereverItIs() throws ReflectiveOperationException {
        Kernels vector = vectorKernels();
        for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY, 0x1p51f, -0x1p51f}) {
            for (int at = 0; at < LONGEST; at++) {
                float[] x = values(LONGEST, new SplittableRandom(at));
                x[at] = bad;
                for (Kernels kernels : new Kernels[] {plain, vector}) {
                    assertThat(kernels.finiteTimes(0x1p77f, x, LONGEST)).isFalse();
                    assertThat(kernels.finiteTimes(0x1p77f, x, at)).isTrue();
                }
            }
        }
    }

    private static Kernels vectorKernels() throws ReflectiveOperationException {
        assumeTrue(
                ModuleLayer.boot().findModule(KernelChoice.MODULE).isPresent(),
                "this JVM runs without --add-modules " + KernelChoice.MODULE);
        return KernelChoice.vector();
    }

    private static float[] values(int n, SplittableRandom random) {
        float[] values = new float[n + OFFSET];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }
}
