package io.tamor.model.tensor;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A row-major float32 matrix over an INDArray's native memory, or a column block of one.
 *
 * <p>The array owns the memory; this class gives three ways to it without allocation: single
 * elements through a buffer, whole rows by copies to and from {@code float[]}, and an address for
 * matrix products. Not thread-safe: the address is moved by each product.
 */
public final class Matrix {
    private static final float[] ZEROS = new float[4096];
    private static final LongAdder TAKEN_BYTES = new LongAdder();

    private final INDArray array;
    private final FloatPointer address;
    private final FloatBuffer floats;
    private final IntBuffer bits;
    private final int offset;
    private final int rows;
    private final int columns;
    private final int stride;

    private Matrix(
            INDArray array,
            FloatPointer address,
            FloatBuffer floats,
            IntBuffer bits,
            int offset,
            int rows,
            int columns,
            int stride) {
        this.array = array;
        this.address = address;
        this.floats = floats;
        this.bits = bits;
        this.offset = offset;
        this.rows = rows;
        this.columns = columns;
        this.stride = stride;
    }

    /** Native memory that matrices of this process have taken so far, given back or not. */
    public static long takenBytes() {
        return TAKEN_BYTES.sum();
    }

    /** A matrix of zeros with memory of its own. */
    public static Matrix zeros(int rows, int columns) {
        TAKEN_BYTES.add((long) rows * columns * Float.BYTES);
        return over(Nd4j.zeros(DataType.FLOAT, rows, columns));
    }

    /** A row vector of zeros, whose array has rank 1. */
    public static Matrix zeroVector(int length) {
        TAKEN_BYTES.add((long) length * Float.BYTES);
        return over(Nd4j.zeros(DataType.FLOAT, length));
    }

    /** The matrix over a dense float32 array of rank 1 (one row) or 2 in row-major order. */
    public static Matrix over(INDArray array) {
        if (array.dataType() != DataType.FLOAT || array.rank() < 1 || array.rank() > 2) {
            throw new IllegalArgumentException(
                    "a matrix needs a float32 array of rank 1 or 2, was "
                            + array.dataType()
                            + " of rank "
                            + array.rank());
        }
        int columns = Math.toIntExact(array.size(array.rank() - 1));
        int rows = array.rank() == 1 ? 1 : Math.toIntExact(array.size(0));
        if (array.isView() || (rows > 1 && columns > 1 && array.ordering() != 'c')) {
            throw new IllegalArgumentException(
                    "a matrix needs an array in row-major order that is no view, shape was "
                            + Arrays.toString(array.shape()));
        }
        FloatPointer address = new FloatPointer(array.data().addressPointer());
        address.capacity((long) rows * columns);
        return new Matrix(
                array,
                address,
                address.asBuffer(),
                new IntPointer(address).capacity((long) rows * columns).asBuffer(),
                0,
                rows,
                columns,
                columns);
    }

    /** The columns [from, from + count) of this matrix, on the same memory. */
    public Matrix columns(int from, int count) {
        if (from < 0 || count < 0 || from + count > columns) {
            throw new IllegalArgumentException(
                    "columns [" + from + ", " + (from + count) + ") are not within " + columns);
        }
        FloatPointer same = new FloatPointer(address).capacity(address.capacity());
        return new Matrix(array, same, floats, bits, offset + from, rows, count, stride);
    }

    /** The rows [from, from + count) of this matrix, on the same memory. */
    public Matrix rows(int from, int count) {
        if (from < 0 || count < 0 || from + count > rows) {
            throw new IllegalArgumentException(
                    "rows [" + from + ", " + (from + count) + ") are not within " + rows);
        }
        FloatPointer same = new FloatPointer(address).capacity(address.capacity());
        return new Matrix(
                array, same, floats, bits, offset + from * stride, count, columns, stride);
    }

    /** The array that owns the memory; for a block, the whole it is cut from. */
    public INDArray array() {
        return array;
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    /** Floats between the starts of two rows. */
    public int stride() {
        return stride;
    }

    /** Buffer index of the first element of a row. */
    public int index(int row) {
        return offset + row * stride;
    }

    /** The memory as floats; element (r, c) is at {@code index(r) + c}. */
    public FloatBuffer floats() {
        return floats;
    }

    /** The same memory as the floats' bits. */
    public IntBuffer bits() {
        return bits;
    }

    /** Whether rows follow each other without a gap. */
    public boolean dense() {
        return stride == columns;
    }

    public float get(int row, int column) {
        return floats.get(index(row) + column);
    }

    public void set(int row, int column, float value) {
        floats.put(index(row) + column, value);
    }

    /** Copies the first {@code count} rows to an array, without gaps. */
    public void read(float[] to, int count) {
        if (dense()) {
            floats.get(offset, to, 0, count * columns);
        } else {
            for (int r = 0; r < count; r++) {
                floats.get(index(r), to, r * columns, columns);
            }
        }
    }

    /** Fills the first {@code count} rows from an array without gaps. */
    public void write(float[] from, int count) {
        if (dense()) {
            floats.put(offset, from, 0, count * columns);
        } else {
            for (int r = 0; r < count; r++) {
                floats.put(index(r), from, r * columns, columns);
            }
        }
    }

    /**
     * Copies the columns [first, first + width) of {@code count} rows to an array, without gaps.
     */
    void read(int row, int count, int first, int width, float[] to) {
        if (width == stride) {
            floats.get(index(row), to, 0, count * width);
        } else {
            for (int k = 0; k < count; k++) {
                floats.get(index(row + k) + first, to, k * width, width);
            }
        }
    }

    /** Fills the columns [first, first + width) of {@code count} rows from an array. */
    void write(int row, int count, int first, int width, float[] from) {
        if (width == stride) {
            floats.put(index(row), from, 0, count * width);
        } else {
            for (int k = 0; k < count; k++) {
                floats.put(index(row + k) + first, from, k * width, width);
            }
        }
    }

    /** Sets the first {@code count} rows to 0. */
    public void clear(int count) {
        if (dense()) {
            clearRange(offset, count * columns);
        } else {
            for (int r = 0; r < count; r++) {
                clearRange(index(r), columns);
            }
        }
    }

    /** Sets everything to 0. */
    public void clear() {
        clear(rows);
    }

    private void clearRange(int from, int count) {
        for (int done = 0; done < count; done += ZEROS.length) {
            floats.put(from + done, ZEROS, 0, Math.min(ZEROS.length, count - done));
        }
    }

    /** The address of a row, valid until the next call. */
    FloatPointer address(int row) {
        return address.position(index(row));
    }
}
