package io.tamor.model.tensor;

/**
 * Row by row, a sum of parts by weights of their own, and its gradients.
 *
 * <pre>p [B, E] weights    parts: E of [B, D]    y [B, D] = sum over e of p[:, e] * parts[e]</pre>
 *
 * Rows pass through {@link Scratch} in chunks, as many as fit.
 */
public final class WeightedSum {
    private WeightedSum() {}

    /** y for rows [from, from + rows). */
    public static void forward(
            Matrix p, Matrix[] parts, Matrix y, int from, int rows, Scratch scratch) {
        Kernels kernels = Kernels.chosen();
        float[] sum = scratch.a;
        float[] part = scratch.b;
        for (int first = 0; first < y.columns(); first += Scratch.CHUNK) {
            int width = Math.min(y.columns() - first, Scratch.CHUNK);
            int most = Scratch.CHUNK / width;
            for (int r = from; r < from + rows; r += most) {
                int n = Math.min(most, from + rows - r);
                for (int e = 0; e < parts.length; e++) {
                    if (e == 0) {
                        parts[0].read(r, n, first, width, sum);
                        for (int k = 0; k < n; k++) {
                            scale(sum, k * width, p.get(r + k, 0), width);
                        }
                    } else {
                        parts[e].read(r, n, first, width, part);
                        for (int k = 0; k < n; k++) {
                            int at = k * width;
                            kernels.addScaled(part, at, p.get(r + k, e), sum, at, width);
                        }
                    }
                }
                y.write(r, n, first, width, sum);
            }
        }
    }

    private static void scale(float[] values, int at, float factor, int n) {
        for (int k = 0; k < n; k++) {
            values[at + k] *= factor;
        }
    }

    /** dParts[e] += p[:, e] * dy and dP[:, e] = dy . parts[e], for rows [from, from + rows). */
    public static void backward(
            Matrix p,
            Matrix dP,
            Matrix[] parts,
            Matrix[] dParts,
            Matrix dy,
            int from,
            int rows,
            Scratch scratch) {
        Kernels kernels = Kernels.chosen();
        for (int first = 0; first < dy.columns(); first += Scratch.CHUNK) {
            int width = Math.min(dy.columns() - first, Scratch.CHUNK);
            int most = Scratch.CHUNK / width;
            for (int r = from; r < from + rows; r += most) {
                int n = Math.min(most, from + rows - r);
                dy.read(r, n, first, width, scratch.a);
                for (int e = 0; e < parts.length; e++) {
                    parts[e].read(r, n, first, width, scratch.b);
                    dParts[e].read(r, n, first, width, scratch.c);
                    for (int k = 0; k < n; k++) {
                        int at = k * width;
                        float slope = kernels.dot(scratch.a, at, scratch.b, at, width);
                        dP.set(r + k, e, first == 0 ? slope : dP.get(r + k, e) + slope);
                        kernels.addScaled(scratch.a, at, p.get(r + k, e), scratch.c, at, width);
                    }
                    dParts[e].write(r, n, first, width, scratch.c);
                }
            }
        }
    }
}
