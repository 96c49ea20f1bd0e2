package io.tamor.model.score;

import java.util.Arrays;

/**
 * The embedding rows of an external field for one mini-batch, such as the user-id rows of its
 * users: slot s holds {@code values[s * dim, (s + 1) * dim)}.
 */
public final class ExternalRows {
    private final String field;
    private final float[] values;

    /**
     * Rows of a field.
     *
     * @param field the field's name
     * @param values slot by slot, copied
     */
    public ExternalRows(String field, float[] values) {
        this.field = field;
        this.values = Arrays.copyOf(values, values.length);
    }

    /** The field's name. */
    public String field() {
        return field;
    }

    int length() {
        return values.length;
    }

    void copyTo(float[] rows, int dim, int stride) {
        for (int from = 0, to = 0; from < values.length; from += dim, to += stride) {
            System.arraycopy(values, from, rows, to, dim);
        }
    }
}
