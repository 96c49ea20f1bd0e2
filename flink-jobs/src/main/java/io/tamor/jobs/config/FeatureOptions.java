package io.tamor.jobs.config;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A feature of the model, computed as of the impression.
 *
 * @param side user or item; nothing of the item or its context may be on the user side
 * @param rows table rows of a categorical feature; ignored for a dense one
 * @param dim embedding dimension of a categorical feature; ignored for a dense one
 * @param from where the value is read ({@link FeatureSource}); null where {@code aggregate} is
 *     given
 * @param aggregate an aggregate of the user's own past events; makes the feature dense
 * @param transform applied to a dense value before it is stored
 */
public record FeatureOptions(
        String name,
        Side side,
        Type type,
        int rows,
        int dim,
        @Nullable FeatureSource from,
        @Nullable AggregateOptions aggregate,
        Transform transform)
        implements Serializable {
    public FeatureOptions {
        transform = transform == null ? Transform.NONE : transform;
    }

    /** Adds what is wrong with this feature of a deployment with these scenarios. */
    void check(Problems problems, List<String> scenarios) {
        String key = "features." + name;
        switch (type) {
            case USER_ROW ->
                    problems.require(side == Side.USER, "%s: a user-row is on side user", key)
                            .require(
                                    from == null && aggregate == null,
                                    "%s: a user-row has neither from nor aggregate",
                                    key)
                            .require(dim > 0, "%s.dim must be > 0, was %d", key, dim);
            case CATEGORICAL ->
                    problems.require(
                                    from != null && aggregate == null,
                                    "%s: a categorical feature has from and no aggregate",
                                    key)
                            .require(rows > 1, "%s.rows must be > 1, was %d", key, rows)
                            .require(dim > 0, "%s.dim must be > 0, was %d", key, dim);
            case DENSE ->
                    problems.require(
                            (from == null) != (aggregate == null),
                            "%s: a dense feature has either from or aggregate",
                            key);
        }
        if (from != null) {
            problems.require(
                            side == Side.ITEM || !from.itemOrContext(),
                            "%s: %s depends on the item, so it must be on side item",
                            key,
                            from)
                    .require(
                            type != Type.DENSE || from.numeric(),
                            "%s: %s is not a number; use type categorical",
                            key,
                            from);
        }
        if (aggregate != null) {
            aggregate.check(problems, key, side, scenarios);
        }
    }

    /** The half of the model a feature feeds. */
    public enum Side {
        USER,
        ITEM
    }

    /**
     * CATEGORICAL: hashed into an embedding table. DENSE: a number. USER_ROW: the user's own
     * embedding row, kept in keyed state by the learner, without collisions.
     */
    public enum Type {
        CATEGORICAL,
        DENSE,
        USER_ROW
    }

    /** LOG1P: sign(x) * log(1 + |x|), for heavy tails. */
    public enum Transform {
        NONE,
        LOG1P;

        public double apply(double value) {
            return this == NONE ? value : Math.copySign(Math.log1p(Math.abs(value)), value);
        }
    }
}
