package io.tamor.model.embedding;

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

    private Inputs(List<EmbeddingTable> tables, InputSide user, InputSide item) {
        this.tables = tables;
        this.user = user;
        this.item = item;
    }

    /** Tables named {@code embedding/<field>}. */
    public static Inputs create(InputSpec spec, ParameterFactory factory, TableBuffers buffers) {
        List<EmbeddingTable> tables = new ArrayList<>();
        for (var field : spec.fields()) {
            String name = "embedding/" + field.name();
            tables.add(EmbeddingTable.create(name, field, factory, buffers));
        }
        DenseNormalizer user = new DenseNormalizer(count(spec, Side.USER));
        DenseNormalizer item = new DenseNormalizer(count(spec, Side.ITEM));
        return new Inputs(
                List.copyOf(tables),
                new InputSide(
                        spec,
                        Side.USER,
                        tables,
                        spec.normalizeDense() ? user : null,
                        buffers.capacity()),
                new InputSide(
                        spec,
                        Side.ITEM,
                        tables,
                        spec.normalizeDense() ? item : null,
                        buffers.capacity()));
    }

    /**
     * The same with tables of its own under {@code <prefix>/embedding/<field>}; external tables and
     * the statistics stay the shared ones, since their contents come from outside the network.
     */
    public Inputs withOwnTables(
            InputSpec spec, ParameterFactory factory, String prefix, TableBuffers buffers) {
        List<EmbeddingTable> own = new ArrayList<>();
        for (EmbeddingTable table : tables) {
            String name = prefix + "/" + table.name();
            own.add(
                    table.field().external()
                            ? table
                            : EmbeddingTable.create(name, table.field(), factory, buffers));
        }
        return new Inputs(
                List.copyOf(own),
                new InputSide(spec, Side.USER, own, user.normalizer(), buffers.capacity()),
                new InputSide(spec, Side.ITEM, own, item.normalizer(), buffers.capacity()));
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
