package io.tamor.model.tier;

import io.tamor.model.ple.Extraction;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.Parameter;
import io.tamor.model.tensor.ParameterFactory;
import io.tamor.model.tensor.RowGroups;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Soft encoding: the weights of a row of group k are softmax(A[k]), A [G, G] learned, started at a
 * multiple of the identity so that it begins near one-hot.
 */
public final class SoftTiers implements TierAware {
    private static final float START = 5f;

    private final Extraction extraction;
    private final int groups;
    private final Parameter logits;
    private final Matrix representation;
    private final Matrix dRepresentation;
    private final float[] weights;
    private final double[] dWeights;

    /** Its logits are named {@code <name>/encoding/logits}. */
    public SoftTiers(
            ParameterFactory factory, String name, Extraction allRows, int groups, int capacity) {
        this.extraction = allRows;
        this.groups = groups;
        logits = factory.scaledIdentity(name + "/encoding/logits", groups, START);
        representation = Matrix.zeros(capacity, allRows.width());
        dRepresentation = Matrix.zeros(capacity, allRows.width());
        weights = new float[groups * groups];
        dWeights = new double[groups * groups];
    }

    @Override
    public void forward(Matrix x, RowGroups rows) {
        extraction.forward(x, rows);
        for (int k = 0; k < groups; k++) {
            softmax(k);
        }
        representation.clear(rows.size());
        FloatBuffer out = representation.floats();
        int width = representation.columns();
        for (int k = 0; k < groups; k++) {
            for (int r = rows.from(k); r < rows.from(k) + rows.count(k); r++) {
                int at = representation.index(r);
                for (int other = 0; other < groups; other++) {
                    float weight = weights[k * groups + other];
                    Matrix part = extraction.output(other);
                    FloatBuffer in = part.floats();
                    int from = part.index(r);
                    for (int c = 0; c < width; c++) {
                        out.put(at + c, out.get(at + c) + weight * in.get(from + c));
                    }
                }
            }
        }
    }

    private void softmax(int group) {
        Matrix a = logits.value();
        double max = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < groups; c++) {
            max = Math.max(max, a.get(group, c));
        }
        double sum = 0;
        for (int c = 0; c < groups; c++) {
            sum += Math.exp(a.get(group, c) - max);
        }
        for (int c = 0; c < groups; c++) {
            weights[group * groups + c] = (float) (Math.exp(a.get(group, c) - max) / sum);
        }
    }

    @Override
    public void backward(Matrix x, Matrix dx, RowGroups rows) {
        Arrays.fill(dWeights, 0);
        FloatBuffer dOut = dRepresentation.floats();
        int width = dRepresentation.columns();
        for (int k = 0; k < groups; k++) {
            for (int r = rows.from(k); r < rows.from(k) + rows.count(k); r++) {
                int at = dRepresentation.index(r);
                for (int other = 0; other < groups; other++) {
                    float weight = weights[k * groups + other];
                    FloatBuffer in = extraction.output(other).floats();
                    FloatBuffer dPart = extraction.outputGradient(other).floats();
                    int from = extraction.output(other).index(r);
                    int to = extraction.outputGradient(other).index(r);
                    double slope = 0;
                    for (int c = 0; c < width; c++) {
                        float d = dOut.get(at + c);
                        slope += (double) d * in.get(from + c);
                        dPart.put(to + c, weight * d);
                    }
                    dWeights[k * groups + other] += slope;
                }
            }
        }
        for (int k = 0; k < groups; k++) {
            addLogitGradient(k);
        }
        extraction.backward(x, dx, rows);
    }

    private void addLogitGradient(int group) {
        double mean = 0;
        for (int c = 0; c < groups; c++) {
            mean += weights[group * groups + c] * dWeights[group * groups + c];
        }
        for (int c = 0; c < groups; c++) {
            int at = group * groups + c;
            double d = weights[at] * (dWeights[at] - mean);
            Matrix gradient = logits.gradient();
            gradient.set(group, c, gradient.get(group, c) + (float) d);
        }
    }

    @Override
    public Matrix representation() {
        return representation;
    }

    @Override
    public Matrix representationGradient() {
        return dRepresentation;
    }
}
