package io.tamor.model.embedding;

import io.tamor.model.config.FieldSpec;
import io.tamor.model.config.InputSpec;
import io.tamor.model.config.Side;
import io.tamor.model.tensor.ParameterFactory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tables of all fields and the two sides that read them. */
public final class Inputs {
    private final List<EmbeddingTable> tables;
    private final InputSide user;
    private final InputSide item;

    private Inputs(
            InputSpec spec,
            List<EmbeddingTable> tables,
            @Nullable DenseNormalizer userStatistics,
            @Nullable DenseNormalizer itemStatistics,
            int capacity) {
        this.tables = List.copyOf(tables);
        user = new InputSide(spec, Side.USER, tables, userStatistics, capacity);
        item = new InputSide(spec, Side.ITEM, tables, itemStatistics, capacity);
    }

    /** Tables named {@code <prefix>embedding/<field>}. */
    public static Inputs create(
            InputSpec spec, ParameterFactory factory, String prefix, TableBuffers buffers) {
        List<EmbeddingTable> tables = new ArrayList<>();
        for (FieldSpec field : spec.fields()) {
            String name = prefix + "embedding/" + field.name();
            tables.add(EmbeddingTable.create(name, field, factory, buffers));
        }
        boolean normalize = spec.normalizeDense();
        return new Inputs(
                spec,
                tables,
                normalize ? new DenseNormalizer(count(spec, Side.USER)) : null,
                normalize ? new DenseNormalizer(count(spec, Side.ITEM)) : null,
                buffers.capacity());
    }

    /**
     * The same with tables of its own under another prefix; external tables and the statistics stay
     * the shared ones, since their contents come from outside the network.
     */
    public Inputs withOwnTables(
            InputSpec spec, ParameterFactory factory, String prefix, TableBuffers buffers) {
        List<EmbeddingTable> own = new ArrayList<>();
        for (EmbeddingTable table : tables) {
            FieldSpec field = table.field();
            String name = prefix + "embedding/" + field.name();
            own.add(
                    field.external()
                            ? table
                            : EmbeddingTable.create(name, field, factory, buffers));
        }
        return new Inputs(spec, own, user.normalizer(), item.normalizer(), buffers.capacity());
    }

    private static int count(InputSpec spec, Side side) {
        return (int) spec.dense().stream().filter(d -> d.side() == side).count();
    }

    /** Takes over the statistics of another model with the same features. */
    public void copyStatistics(Inputs other) {
        copy(other.user.normalizer(), user.normalizer());
        copy(other.item.normalizer(), item.normalizer());
    }

    private static void copy(@Nullable DenseNormalizer from, @Nullable DenseNormalizer to) {
        if (from != null && to != null) {
            to.copy(from);
        }
    }

    /** In field order. */
    public List<EmbeddingTable> tables() {
        return tables;
    }

    public InputSide user() {
        return user;
    }

    public InputSide item() {
        return item;
    }
}
