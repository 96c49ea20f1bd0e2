package io.tamor.model.benchmark;

import io.tamor.model.config.AblationSpec;
import io.tamor.model.config.AdagradSpec;
import io.tamor.model.config.AdamSpec;
import io.tamor.model.config.AmountLoss;
import io.tamor.model.config.DenseSpec;
import io.tamor.model.config.Encoding;
import io.tamor.model.config.FieldSpec;
import io.tamor.model.config.InputSpec;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.NetworkSpec;
import io.tamor.model.config.OptimizerSpec;
import io.tamor.model.config.PleSpec;
import io.tamor.model.config.Side;
import io.tamor.model.config.Target;
import io.tamor.model.config.TaskKind;
import io.tamor.model.config.TaskSpec;
import io.tamor.model.network.MiniBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The model that all figures are given for: TAMOR, 16 user and 10 item fields of 100,000 rows x 8,
 * 16 + 8 dense features, 3 tiers, 6 scenarios, one level with 1 own + 1 shared expert of 128-64,
 * bias 32-16, towers 64-32, five tasks, Adam and sparse Adagrad.
 */
public final class ReferenceModel {
    /** Rows of a mini-batch. */
    public static final int BATCH = 512;

    private static final int USER_FIELDS = 16;
    private static final int ITEM_FIELDS = 10;
    private static final int USER_DENSE = 16;
    private static final int ITEM_DENSE = 8;
    private static final int TABLE_ROWS = 100_000;
    private static final int DIM = 8;
    private static final int HIDDEN = 128;
    private static final int REPRESENTATION = 64;

    private ReferenceModel() {}

    /** Its description. */
    public static ModelSpec spec() {
        List<FieldSpec> fields = new ArrayList<>();
        List<DenseSpec> dense = new ArrayList<>();
        for (int i = 0; i < USER_FIELDS; i++) {
            fields.add(new FieldSpec("user" + i, Side.USER, TABLE_ROWS, DIM, false));
        }
        for (int i = 0; i < ITEM_FIELDS; i++) {
            fields.add(new FieldSpec("item" + i, Side.ITEM, TABLE_ROWS, DIM, false));
        }
        for (int i = 0; i < USER_DENSE; i++) {
            dense.add(new DenseSpec("user_dense" + i, Side.USER));
        }
        for (int i = 0; i < ITEM_DENSE; i++) {
            dense.add(new DenseSpec("item_dense" + i, Side.ITEM));
        }
        NetworkSpec network =
                new NetworkSpec(
                        NetworkSpec.TAMOR,
                        Encoding.ONE_HOT,
                        new PleSpec(1, 1, 1, List.of(HIDDEN, REPRESENTATION)),
                        null,
                        List.of(32, 16),
                        List.of(64, 32),
                        List.of(),
                        null,
                        null,
                        AmountLoss.SQUARED_LOG1P,
                        AblationSpec.NONE);
        List<TaskSpec> tasks =
                List.of(
                        new TaskSpec("click", TaskKind.COMMON, Target.BINARY, 1),
                        new TaskSpec("conversion", TaskKind.COMMON, Target.BINARY, 1),
                        new TaskSpec("investment", TaskKind.USER_SPECIFIC, Target.BINARY, 1),
                        new TaskSpec("large_investment", TaskKind.USER_SPECIFIC, Target.BINARY, 1),
                        new TaskSpec("total_investment", TaskKind.USER_BIAS, Target.BINARY, 1));
        return new ModelSpec(
                network,
                new InputSpec(
                        fields,
                        dense,
                        List.of("none", "low", "high"),
                        List.of("1", "2", "3", "4", "5", "6"),
                        false),
                tasks,
                new OptimizerSpec(AdamSpec.DEFAULT, AdagradSpec.DEFAULT),
                1);
    }

    /** Floating-point operations of the matrix products of one sample's forward pass. */
    public static double forwardFlops() {
        double user = USER_FIELDS * DIM + USER_DENSE;
        double item = ITEM_FIELDS * DIM + ITEM_DENSE;
        double experts = 2 * (user + item) * HIDDEN + 4.0 * HIDDEN * REPRESENTATION;
        double gates = 2 * (user + item);
        double bias = REPRESENTATION * 32 + 32 * 16 + 16;
        double common = 2 * REPRESENTATION * 64 + 64 * 32 + 32;
        double specific = (2 * REPRESENTATION + 16) * 64 + 64 * 32 + 32;
        return 2 * (experts + gates + bias + 2 * common + 2 * specific);
    }

    /** A batch of random samples; small table rows are more frequent, as categories are. */
    public static MiniBatch batch(
            ModelSpec spec, int rows, boolean oneUser, SplittableRandom random) {
        MiniBatch batch = new MiniBatch(spec, rows);
        for (int r = 0; r < rows; r++) {
            batch.addRow();
            for (int f = 0; f < spec.input().fields().size(); f++) {
                if (r == 0 || !oneUser || spec.input().fields().get(f).side() == Side.ITEM) {
                    double skewed = Math.pow(random.nextDouble(), 3);
                    batch.category(r, f, (int) (skewed * TABLE_ROWS));
                }
            }
            for (int d = 0; d < spec.input().dense().size(); d++) {
                if (r == 0 || !oneUser || d >= USER_DENSE) {
                    batch.dense(r, d, (float) (random.nextDouble() - 0.5));
                }
            }
            if (r == 0 || !oneUser) {
                batch.tier(r, random.nextInt(spec.input().tiers().size()));
            }
            batch.scenario(r, random.nextInt(spec.input().scenarios().size()));
            for (int t = 0; t < spec.tasks().size(); t++) {
                batch.label(r, t, random.nextInt(2), 1f);
            }
            if (r == 0 && oneUser) {
                batch.shareUser();
            }
        }
        return batch;
    }
}
