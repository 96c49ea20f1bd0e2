package io.tamor.model.config;

/**
 * A categorical field and its embedding table.
 *
 * @param name unique among the fields; part of the parameter's name {@code embedding/<name>}
 * @param rows rows of the table, row 0 being the missing value's; for an external field the number
 *     of slots, that is the mini-batch's capacity
 * @param dim width of a row
 * @param external whether rows are supplied from outside for each mini-batch (a user-id row held in
 *     keyed state); such a table is no part of snapshots and saved state
 */
public record FieldSpec(String name, Side side, int rows, int dim, boolean external) {
    public FieldSpec {
        Problems.present(name, "name");
        Problems.present(side, "side");
    }

    /** Notes what is wrong with this field. */
    void check(Problems problems) {
        problems.require(!name.isBlank(), "a field's name must not be blank");
        problems.require(rows >= 1, "field " + name + ": rows must be >= 1, was " + rows);
        problems.require(dim >= 1, "field " + name + ": dim must be >= 1, was " + dim);
    }
}
