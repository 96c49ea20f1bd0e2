package io.tamor.model.tensor;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32;

/**
 * Makes parameters with their initial values. A parameter's values depend on the seed and its name
 * alone, so that a part added to a network leaves the others as they are.
 */
public final class ParameterFactory {
    private final long seed;
    private final Scratch scratch;
    private final List<Parameter> made = new ArrayList<>();

    public ParameterFactory(long seed) {
        this.seed = seed;
        Blas.ensureReady();
        scratch = new Scratch();
    }

    /** The scratch arrays of the network whose parameters these are. */
    public Scratch scratch() {
        return scratch;
    }

    /** A weight [rows, columns] under ReLU: uniform in +-sqrt(6 / rows) (He et al., ICCV 2015). */
    public Parameter weight(String name, int rows, int columns) {
        return uniform(name, rows, columns, Math.sqrt(6.0 / rows));
    }

    /** A weight of a linear output: uniform in +-sqrt(6 / (rows + columns)) (Glorot and Bengio). */
    public Parameter linearWeight(String name, int rows, int columns) {
        return uniform(name, rows, columns, Math.sqrt(6.0 / (rows + columns)));
    }

    /** A weight drawn uniformly from +-limit. */
    public Parameter uniform(String name, int rows, int columns, double limit) {
        Parameter p = add(name, Matrix.zeros(rows, columns), Matrix.zeros(rows, columns));
        fillUniform(p.value(), random(name), limit);
        return p;
    }

    /** A bias [length], zero. */
    public Parameter bias(String name, int length) {
        return add(name, Matrix.zeroVector(length), Matrix.zeroVector(length));
    }

    /** A square matrix with {@code diagonal} on its diagonal, else zero. */
    public Parameter scaledIdentity(String name, int size, float diagonal) {
        Parameter p = add(name, Matrix.zeros(size, size), Matrix.zeros(size, size));
        for (int i = 0; i < size; i++) {
            p.value().set(i, i, diagonal);
        }
        return p;
    }

    /** Random source of the thing of that name. */
    public SplittableRandom random(String name) {
        CRC32 crc = new CRC32();
        crc.update(name.getBytes(StandardCharsets.UTF_8));
        // Mixed: seeds that follow each other must not give each other's numbers, moved by one.
        return new SplittableRandom(new SplittableRandom(seed).nextLong() ^ crc.getValue());
    }

    /** Fills a matrix with uniform values from +-limit. */
    public static void fillUniform(Matrix m, SplittableRandom random, double limit) {
        for (int r = 0; r < m.rows(); r++) {
            for (int c = 0; c < m.columns(); c++) {
                m.set(r, c, (float) ((2 * random.nextDouble() - 1) * limit));
            }
        }
    }

    /** Everything made so far, in order. */
    public List<Parameter> made() {
        return List.copyOf(made);
    }

    private Parameter add(String name, Matrix value, Matrix gradient) {
        Parameter p = new Parameter(name, value, gradient);
        made.add(p);
        return p;
    }
}
