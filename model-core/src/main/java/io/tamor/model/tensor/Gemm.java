package io.tamor.model.tensor;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemv;

/**
 * The three matrix products of a dense layer, on ranges of rows, without allocation. They call the
 * OpenBLAS that ND4J loads, on the arrays' own memory: docs/decisions/007-matrix-products.md.
 */
public final class Gemm {
    private Gemm() {}

    /** y[yFrom..] = x[xFrom..] w + beta y, over {@code rows} rows: x [B, I], w [I, O], y [B, O]. */
    public static void forward(
            Matrix x, int xFrom, Matrix w, Matrix y, int yFrom, int rows, float beta) {
        require(x.columns() == w.rows() && w.columns() == y.columns(), x, w, y);
        if (rows > 0 && w.columns() == 1) {
            cblas_sgemv(
                    CblasRowMajor,
                    CblasNoTrans,
                    rows,
                    w.rows(),
                    1f,
                    x.address(xFrom),
                    x.stride(),
                    w.address(0),
                    w.stride(),
                    beta,
                    y.address(yFrom),
                    y.stride());
        } else if (rows > 0) {
            cblas_sgemm(
                    CblasRowMajor,
                    CblasNoTrans,
                    CblasNoTrans,
                    rows,
                    w.columns(),
                    w.rows(),
                    1f,
                    x.address(xFrom),
                    x.stride(),
                    w.address(0),
                    w.stride(),
                    beta,
                    y.address(yFrom),
                    y.stride());
        }
    }

    /** dx[dxFrom..] = dy[dyFrom..] wT + beta dx, over {@code rows} rows. */
    public static void inputGradient(
            Matrix dy, int dyFrom, Matrix w, Matrix dx, int dxFrom, int rows, float beta) {
        require(dy.columns() == w.columns() && w.rows() == dx.columns(), dy, w, dx);
        if (rows > 0) {
            cblas_sgemm(
                    CblasRowMajor,
                    CblasNoTrans,
                    CblasTrans,
                    rows,
                    w.rows(),
                    w.columns(),
                    1f,
                    dy.address(dyFrom),
                    dy.stride(),
                    w.address(0),
                    w.stride(),
                    beta,
                    dx.address(dxFrom),
                    dx.stride());
        }
    }

    /** dw += x[xFrom..]T dy[dyFrom..], over {@code rows} rows. */
    public static void weightGradient(
            Matrix x, int xFrom, Matrix dy, int dyFrom, Matrix dw, int rows) {
        require(x.columns() == dw.rows() && dy.columns() == dw.columns(), x, dy, dw);
        if (rows > 0 && dw.columns() == 1) {
            cblas_sgemv(
                    CblasRowMajor,
                    CblasTrans,
                    rows,
                    dw.rows(),
                    1f,
                    x.address(xFrom),
                    x.stride(),
                    dy.address(dyFrom),
                    dy.stride(),
                    1f,
                    dw.address(0),
                    dw.stride());
        } else if (rows > 0) {
            cblas_sgemm(
                    CblasRowMajor,
                    CblasTrans,
                    CblasNoTrans,
                    dw.rows(),
                    dw.columns(),
                    rows,
                    1f,
                    x.address(xFrom),
                    x.stride(),
                    dy.address(dyFrom),
                    dy.stride(),
                    1f,
                    dw.address(0),
                    dw.stride());
        }
    }

    /** sums += the sum of dy[from..] over {@code rows} rows; {@code ones} has as many ones. */
    static void columnSums(Matrix dy, int from, int rows, Matrix ones, Matrix sums) {
        require(dy.columns() == sums.columns(), dy, ones, sums);
        if (rows > 0) {
            cblas_sgemv(
                    CblasRowMajor,
                    CblasTrans,
                    rows,
                    dy.columns(),
                    1f,
                    dy.address(from),
                    dy.stride(),
                    ones.address(0),
                    1,
                    1f,
                    sums.address(0),
                    1);
        }
    }

    private static void require(boolean fits, Matrix a, Matrix b, Matrix c) {
        if (!fits) {
            throw new IllegalArgumentException(
                    "matrix product of " + shape(a) + " and " + shape(b) + " into " + shape(c));
        }
    }

    private static String shape(Matrix m) {
        return "[" + m.rows() + ", " + m.columns() + "]";
    }
}
