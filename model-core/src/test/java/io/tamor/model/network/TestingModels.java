package io.tamor.model.network;

import io.tamor.model.config.AblationSpec;
import io.tamor.model.config.AdagradSpec;
import io.tamor.model.config.AdamSpec;
import io.tamor.model.config.AmountLoss;
import io.tamor.model.config.DenseSpec;
import io.tamor.model.config.Encoding;
import io.tamor.model.config.FieldSpec;
import io.tamor.model.config.GradientAdjustmentSpec;
import io.tamor.model.config.InputSpec;
import io.tamor.model.config.LabelTransferSpec;
import io.tamor.model.config.MmoeSpec;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.NetworkSpec;
import io.tamor.model.config.OptimizerSpec;
import io.tamor.model.config.PleSpec;
import io.tamor.model.config.Side;
import io.tamor.model.config.Target;
import io.tamor.model.config.TaskKind;
import io.tamor.model.config.TaskSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Small models of every kind, and random batches for them. */
public final class TestingModels {
    private static final List<Integer> TOWER = List.of(5, 4);
    private static final List<Integer> EXPERT = List.of(6, 4);

    private TestingModels() {}

    public static final List<TaskSpec> FIVE_TASKS =
            List.of(
                    new TaskSpec("click", TaskKind.COMMON, Target.BINARY, 1),
                    new TaskSpec("conversion", TaskKind.COMMON, Target.BINARY, 1),
                    new TaskSpec("investment", TaskKind.USER_SPECIFIC, Target.BINARY, 1),
                    new TaskSpec("amount", TaskKind.USER_SPECIFIC, Target.AMOUNT, 0.1),
                    new TaskSpec("total", TaskKind.USER_BIAS, Target.BINARY, 0.5));

    public static InputSpec input() {
        return new InputSpec(
                List.of(
                        new FieldSpec("age", Side.USER, 7, 3, false),
                        new FieldSpec("city", Side.USER, 11, 2, false),
                        new FieldSpec("card", Side.ITEM, 9, 4, false)),
                List.of(
                        new DenseSpec("assets", Side.USER),
                        new DenseSpec("days", Side.USER),
                        new DenseSpec("yield", Side.ITEM)),
                List.of("none", "low", "high"),
                List.of("home", "search"),
                false);
    }

    public static OptimizerSpec optimizer() {
        return new OptimizerSpec(
                new AdamSpec(0.01, 0.9, 0.999, 1e-8), new AdagradSpec(0.1, 0.1, 1e-10));
    }

    public static ModelSpec model(NetworkSpec network) {
        return new ModelSpec(network, input(), FIVE_TASKS, optimizer(), 42);
    }

    public static NetworkSpec tamor(Encoding encoding, int levels, AblationSpec ablation) {
        return new NetworkSpec(
                NetworkSpec.TAMOR,
                encoding,
                new PleSpec(levels, 2, 1, EXPERT),
                null,
                List.of(4, 3),
                TOWER,
                List.of(),
                null,
                null,
                AmountLoss.SQUARED_LOG1P,
                ablation);
    }

    public static LabelTransferSpec labelTransfer(boolean noise) {
        return new LabelTransferSpec(3, 4, 2.0, 0.99, 0.5, noise);
    }

    public static NetworkSpec htlnet(GradientAdjustmentSpec adjustment, boolean noise) {
        return new NetworkSpec(
                NetworkSpec.HTLNET,
                Encoding.ONE_HOT,
                null,
                null,
                List.of(),
                TOWER,
                List.of(),
                labelTransfer(noise),
                adjustment,
                AmountLoss.SQUARED_LOG1P,
                AblationSpec.NONE);
    }

    private static NetworkSpec baseline(String type) {
        return new NetworkSpec(
                type,
                Encoding.ONE_HOT,
                type.equals(NetworkSpec.PLE) ? new PleSpec(2, 1, 2, EXPERT) : null,
                type.equals(NetworkSpec.MMOE) ? new MmoeSpec(3, EXPERT) : null,
                List.of(),
                TOWER,
                type.equals(NetworkSpec.SHARED_BOTTOM) ? List.of(6, 5) : List.of(),
                null,
                null,
                AmountLoss.SQUARED_LOG1P,
                AblationSpec.NONE);
    }

    /** Networks whose backward pass is the whole gradient of the losses' sum. */
    public static Map<String, NetworkSpec> withoutStops() {
        Map<String, NetworkSpec> all = new LinkedHashMap<>();
        AblationSpec none = AblationSpec.NONE;
        for (Encoding encoding : Encoding.values()) {
            for (int levels = 1; levels <= 3; levels++) {
                all.put("tamor " + encoding + " " + levels, tamor(encoding, levels, none));
            }
        }
        all.put(
                "plain user",
                tamor(Encoding.ONE_HOT, 1, new AblationSpec(true, false, false, false)));
        all.put("plain item", tamor(Encoding.SOFT, 1, new AblationSpec(false, true, false, false)));
        all.put(
                "no bias read",
                tamor(Encoding.ONE_HOT, 1, new AblationSpec(false, false, true, false)));
        for (Encoding encoding : Encoding.values()) {
            all.put(
                    "tamor over mmoe without bias " + encoding,
                    new NetworkSpec(
                            NetworkSpec.TAMOR,
                            encoding,
                            null,
                            new MmoeSpec(3, EXPERT),
                            List.of(),
                            TOWER,
                            List.of(),
                            null,
                            null,
                            AmountLoss.ZERO_INFLATED_LOGNORMAL,
                            none));
        }
        for (String type :
                List.of(
                        NetworkSpec.MMOE,
                        NetworkSpec.PLE,
                        NetworkSpec.SHARED_BOTTOM,
                        NetworkSpec.SINGLE_TASK)) {
            all.put(type, baseline(type));
        }
        return all;
    }

    /** Every kind of network. */
    public static Map<String, NetworkSpec> all() {
        Map<String, NetworkSpec> all = withoutStops();
        all.put(
                "stopped bias",
                tamor(Encoding.ONE_HOT, 1, new AblationSpec(false, false, false, true)));
        all.put("htlnet", htlnet(null, false));
        all.put("htlnet with noise", htlnet(null, true));
        for (GradientAdjustmentSpec.Mode mode : GradientAdjustmentSpec.Mode.values()) {
            GradientAdjustmentSpec adjustment = new GradientAdjustmentSpec(mode, 0.5, 0.3, 10);
            all.put("htlnet adjusted " + mode, htlnet(adjustment, false));
            NetworkSpec plain = tamor(Encoding.ONE_HOT, 1, AblationSpec.NONE);
            all.put(
                    "tamor adjusted " + mode,
                    new NetworkSpec(
                            plain.type(),
                            plain.encoding(),
                            plain.ple(),
                            null,
                            plain.bias(),
                            plain.tower(),
                            List.of(),
                            labelTransfer(false),
                            adjustment,
                            plain.amountLoss(),
                            plain.ablation()));
        }
        return all;
    }

    /** A batch of random samples, several values in some fields, some labels masked. */
    public static MiniBatch batch(ModelSpec spec, int rows, int capacity, long seed) {
        MiniBatch batch = new MiniBatch(spec, capacity);
        fill(batch, spec, rows, seed);
        return batch;
    }

    public static void fill(MiniBatch batch, ModelSpec spec, int rows, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        batch.clear();
        for (int r = 0; r < rows; r++) {
            batch.addRow();
            for (int f = 0; f < spec.input().fields().size(); f++) {
                int tableRows = spec.input().fields().get(f).rows();
                int[] values = random.ints(1 + random.nextInt(3), 0, tableRows).toArray();
                batch.categories(r, f, values, 0, values.length);
            }
            for (int d = 0; d < spec.input().dense().size(); d++) {
                batch.dense(r, d, (float) (2 * random.nextDouble() - 1));
            }
            batch.tier(r, random.nextInt(spec.input().tiers().size()));
            batch.scenario(r, random.nextInt(spec.input().scenarios().size()));
            for (int t = 0; t < spec.tasks().size(); t++) {
                if (random.nextInt(4) > 0) {
                    boolean amount = spec.tasks().get(t).target() == Target.AMOUNT;
                    int positive = random.nextInt(2);
                    float label = amount ? positive * 300 * (float) random.nextDouble() : positive;
                    batch.label(r, t, label, (float) (0.5 + random.nextDouble()));
                }
            }
        }
    }
}
