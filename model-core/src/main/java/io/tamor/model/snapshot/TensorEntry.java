package io.tamor.model.snapshot;

import java.util.Arrays;
import java.util.List;

/**
 * What the header says of a tensor.
 *
 * @param from first byte, counted from the header's end
 * @param to the byte after its last
 */
record TensorEntry(String name, TensorType type, List<Long> shape, long from, long to) {
    TensorEntry {
        shape = List.copyOf(shape);
    }

    static TensorEntry of(String name, TensorType type, long[] shape, long from) {
        List<Long> sizes = Arrays.stream(shape).boxed().toList();
        return new TensorEntry(name, type, sizes, from, from + byteCount(type, sizes));
    }

    long[] sizes() {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }

    /** Bytes that the shape needs; throws ArithmeticException where no long can hold them. */
    static long byteCount(TensorType type, List<Long> shape) {
        long count = type.bytes();
        for (long size : shape) {
            count = Math.multiplyExact(count, size);
        }
        return count;
    }
}
