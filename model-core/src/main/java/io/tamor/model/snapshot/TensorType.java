package io.tamor.model.snapshot;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;

/** The element types that are read and written, by the names of the safetensors format. */
enum TensorType {
    F64(8, DataType.DOUBLE),
    I64(8, DataType.INT64),
    F32(4, DataType.FLOAT),
    I32(4, DataType.INT32);

    private final int bytes;
    private final DataType arrayType;

    TensorType(int bytes, DataType arrayType) {
        this.bytes = bytes;
        this.arrayType = arrayType;
    }

    /** Bytes of an element. */
    int bytes() {
        return bytes;
    }

    DataType arrayType() {
        return arrayType;
    }

    static TensorType of(String tensor, DataType arrayType) {
        for (TensorType type : values()) {
            if (type.arrayType == arrayType) {
                return type;
            }
        }
        throw new IllegalArgumentException(
                "tensor "
                        + tensor
                        + " is of type "
                        + arrayType
                        + "; written are "
                        + Arrays.toString(values()));
    }
}
