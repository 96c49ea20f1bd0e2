package io.tamor.model.training;

import io.tamor.model.config.InputSpec;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.NetworkSpec;
import io.tamor.model.config.PleSpec;
import io.tamor.model.config.Side;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Grows a TAMOR model by a tier or a scenario while it runs. The new group starts as its parent:
 * own experts and gate are copies of the parent's, the shared experts are the shared ones; its
 * optimiser state starts at zero. Every sample of an old group scores the same bits as before.
 *
 * <p>Where an old group could read the new one (a soft encoding's column, the columns of a shared
 * gate between levels), the new entry is {@value #CLOSED}: its softmax weight is exactly 0, which
 * alone leaves the bits as they were. It has no gradient either, so old groups stay apart from the
 * new one; the new group reads and trains everything shared.
 */
public final class Growth {
    /** A logit whose softmax weight is exactly 0 beside any trained one. */
    static final float CLOSED = -10_000f;

    /** Share of the parent's own weight that a new group's soft encoding leaves to the parent. */
    private static final double PARENT_SHARE = 0.1;

    private final Side side;
    private final int parent;
    private final int groups;
    private final int own;

    private Growth(Side side, int parent, int groups, int own) {
        this.side = side;
        this.parent = parent;
        this.groups = groups;
        this.own = own;
    }

    /**
     * The trainer of the same model with one tier more, the last; the given one is left as it is.
     */
    public static Trainer addTier(Trainer trainer, String name, String parent) {
        return add(trainer, Side.USER, name, parent);
    }

    /** The trainer of the same model with one scenario more, the last. */
    public static Trainer addScenario(Trainer trainer, String name, String parent) {
        return add(trainer, Side.ITEM, name, parent);
    }

    private static Trainer add(Trainer trainer, Side side, String name, String parent) {
        ModelSpec spec = trainer.spec();
        InputSpec input = spec.input();
        List<String> names = side == Side.USER ? input.tiers() : input.scenarios();
        int parentIndex = names.indexOf(parent);
        if (parentIndex < 0) {
            throw new IllegalArgumentException("the parent " + parent + " is not among " + names);
        }
        List<String> more = new ArrayList<>(names);
        more.add(name);
        ModelSpec grown =
                new ModelSpec(
                        spec.network(),
                        new InputSpec(
                                input.fields(),
                                input.dense(),
                                side == Side.USER ? more : input.tiers(),
                                side == Side.ITEM ? more : input.scenarios(),
                                input.normalizeDense()),
                        spec.tasks(),
                        spec.optimizer(),
                        spec.seed());
        PleSpec ple = spec.network().ple();
        Growth growth = new Growth(side, parentIndex, names.size(), ple == null ? 0 : ple.own());
        Trainer result = new Trainer(grown, trainer.network().capacity());
        trainer.copyTo(result, growth.mapping(trainer, result));
        return result;
    }

    /** How a grown parameter's elements come from the old parameters'. */
    record Source(Parameter from, Cells cells, boolean fresh) {}

    /** Value and origin of a grown parameter's element. */
    interface Cells {
        /** Index of the old element, row-major; -1: {@link #value} instead. */
        int index(int row, int column);

        /** The value of an element that has no origin. */
        float value(int row, int column);
    }

    private Map<String, Source> mapping(Trainer old, Trainer grown) {
        Map<String, Parameter> known = new HashMap<>();
        old.network().parameters().dense().forEach(p -> known.put(p.name(), p));
        boolean plain = isPlain(old.spec().network());
        Map<String, Source> sources = new HashMap<>();
        for (Parameter p : grown.network().parameters().dense()) {
            sources.put(p.name(), plain ? same(known, p.name()) : source(known, p));
        }
        return sources;
    }

    /** Networks whose parameters do not depend on this side's groups grow by name alone. */
    private boolean isPlain(NetworkSpec network) {
        boolean one =
                side == Side.USER ? network.ablation().plainUser() : network.ablation().plainItem();
        return !network.type().equals(NetworkSpec.TAMOR) || one;
    }

    private Source source(Map<String, Parameter> known, Parameter p) {
        String prefix = side.name().toLowerCase(Locale.ROOT) + "/";
        String name = p.name();
        if (!name.startsWith(prefix)) {
            return same(known, name);
        }
        if (name.equals(prefix + "encoding/logits")) {
            return new Source(get(known, name), new EncodingCells(get(known, name).value()), false);
        }
        if (name.contains("/shared/gate/")) {
            return new Source(get(known, name), new SharedGateCells(get(known, name)), false);
        }
        String asParent =
                name.replace("/group" + groups + "/", "/group" + parent + "/")
                        .replace("/gate" + groups + "/", "/gate" + parent + "/");
        Parameter from = get(known, asParent);
        return new Source(from, new SameCells(from.value().columns()), !asParent.equals(name));
    }

    private static Source same(Map<String, Parameter> known, String name) {
        Parameter from = get(known, name);
        return new Source(from, new SameCells(from.value().columns()), false);
    }

    private static Parameter get(Map<String, Parameter> known, String name) {
        Parameter parameter = known.get(name);
        if (parameter == null) {
            throw new IllegalStateException("the smaller model has no parameter " + name);
        }
        return parameter;
    }

    private record SameCells(int columns) implements Cells {
        @Override
        public int index(int row, int column) {
            return row * columns + column;
        }

        @Override
        public float value(int row, int column) {
            throw new IllegalStateException("every element has an origin");
        }
    }

    /** The new columns come after all groups' own experts, before the shared ones. */
    private final class SharedGateCells implements Cells {
        private final int oldColumns;
        private final boolean bias;

        SharedGateCells(Parameter gate) {
            oldColumns = gate.value().columns();
            bias = gate.name().endsWith("/bias");
        }

        @Override
        public int index(int row, int column) {
            int first = groups * own;
            if (column < first) {
                return row * oldColumns + column;
            }
            return column < first + own ? -1 : row * oldColumns + column - own;
        }

        @Override
        public float value(int row, int column) {
            return bias ? CLOSED : 0f;
        }
    }

    /** Old rows do not see the new group; the new row reads as the parent's did, from both. */
    private final class EncodingCells implements Cells {
        private final Matrix old;

        EncodingCells(Matrix old) {
            this.old = old;
        }

        @Override
        public int index(int row, int column) {
            return row < groups && column < groups ? row * groups + column : -1;
        }

        @Override
        public float value(int row, int column) {
            if (row < groups) {
                return CLOSED;
            }
            float weight = old.get(parent, column == groups ? parent : column);
            if (column == groups) {
                return weight + (float) Math.log(1 - PARENT_SHARE);
            }
            return column == parent ? weight + (float) Math.log(PARENT_SHARE) : weight;
        }
    }
}
