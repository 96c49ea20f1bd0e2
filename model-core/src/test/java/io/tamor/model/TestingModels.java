package io.tamor.model;

import io.tamor.model.config.AblationSpec;
import io.tamor.model.config.AdagradSpec;
import io.tamor.model.config.AdamSpec;
import io.tamor.model.config.AmountLoss;
import io.tamor.model.config.DenseSpec;
import io.tamor.model.config.Encoding;
import io.tamor.model.config.FieldSpec;
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
import io.tamor.model.network.MiniBatch;
import io.tamor.model.training.Trainer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Small models of every type, and random batches for them. */
public final class TestingModels {
    /** Rows of the batches. */
    public static final int ROWS = 32;

    private static final PleSpec ONE_LEVEL = new PleSpec(1, 2, 1, List.of(10, 6));
    private static final PleSpec TWO_LEVELS = new PleSpec(2, 1, 2, List.of(9, 5));
    private static final MmoeSpec MIXTURE = new MmoeSpec(3, List.of(10, 6));
    private static final LabelTransferSpec TRANSFER =
            new LabelTransferSpec(4, 6, 2.0, 0.99, 0.5, false);

    private TestingModels() {}

    /** A model of a type with three tiers, two scenarios, normalised dense features. */
    public static ModelSpec spec(String type) {
        return spec(type, 3);
    }

    /** The same with as many tiers. */
    public static ModelSpec spec(String type, int tiers) {
        return model(network(type), tiers);
    }

    /** Networks of every type, and variants of TAMOR and HTLNet, by a name. */
    public static List<NetworkSpec> networks() {
        List<NetworkSpec> networks = new ArrayList<>();
        NetworkSpec.TYPES.forEach(type -> networks.add(network(type)));
        networks.add(tamor(Encoding.SOFT, TWO_LEVELS, null, TRANSFER, AblationSpec.NONE));
        networks.add(
                tamor(
                        Encoding.SOFT,
                        null,
                        MIXTURE,
                        null,
                        new AblationSpec(false, false, true, false)));
        networks.add(
                tamor(
                        Encoding.ONE_HOT,
                        TWO_LEVELS,
                        null,
                        null,
                        new AblationSpec(true, false, false, true)));
        networks.add(
                new NetworkSpec(
                        NetworkSpec.PLE,
                        Encoding.ONE_HOT,
                        TWO_LEVELS,
                        null,
                        List.of(),
                        List.of(),
                        List.of(),
                        null,
                        null,
                        AmountLoss.ZERO_INFLATED_LOGNORMAL,
                        AblationSpec.NONE));
        return networks;
    }

    private static NetworkSpec tamor(
            Encoding encoding,
            PleSpec ple,
            MmoeSpec mmoe,
            LabelTransferSpec transfer,
            AblationSpec ablation) {
        return new NetworkSpec(
                NetworkSpec.TAMOR,
                encoding,
                ple,
                mmoe,
                List.of(8, 5),
                List.of(12, 8),
                List.of(),
                transfer,
                null,
                AmountLoss.ZERO_INFLATED_LOGNORMAL,
                ablation);
    }

    private static NetworkSpec network(String type) {
        boolean tamor = type.equals(NetworkSpec.TAMOR);
        return new NetworkSpec(
                type,
                Encoding.ONE_HOT,
                tamor || type.equals(NetworkSpec.PLE) ? ONE_LEVEL : null,
                type.equals(NetworkSpec.MMOE) ? MIXTURE : null,
                tamor ? List.of(8, 5) : List.of(),
                List.of(12, 8),
                type.equals(NetworkSpec.SHARED_BOTTOM) ? List.of(16, 8) : List.of(),
                type.equals(NetworkSpec.HTLNET) ? TRANSFER : null,
                null,
                AmountLoss.SQUARED_LOG1P,
                AblationSpec.NONE);
    }

    /** A model around a network. */
    public static ModelSpec model(NetworkSpec network, int tierCount) {
        List<String> tiers = new ArrayList<>(List.of("none", "low", "high"));
        for (int t = 3; t < tierCount; t++) {
            tiers.add("tier" + t);
        }
        InputSpec input =
                new InputSpec(
                        List.of(
                                new FieldSpec("age", Side.USER, 12, 4, false),
                                new FieldSpec("city", Side.USER, 20, 3, false),
                                new FieldSpec("card", Side.ITEM, 20, 4, false)),
                        List.of(
                                new DenseSpec("balance", Side.USER),
                                new DenseSpec("visits", Side.USER),
                                new DenseSpec("price", Side.ITEM)),
                        tiers,
                        List.of("fund", "stock"),
                        true);
        return new ModelSpec(
                network,
                input,
                List.of(
                        new TaskSpec("click", TaskKind.COMMON, Target.BINARY, 1),
                        new TaskSpec("investment", TaskKind.USER_SPECIFIC, Target.BINARY, 1),
                        new TaskSpec("amount", TaskKind.USER_SPECIFIC, Target.AMOUNT, 0.1),
                        new TaskSpec("total", TaskKind.USER_BIAS, Target.BINARY, 1)),
                new OptimizerSpec(AdamSpec.DEFAULT, AdagradSpec.DEFAULT),
                42);
    }

    /** A full batch with labels, the same for the same seed. */
    public static MiniBatch batch(ModelSpec spec, long seed) {
        Random random = new Random(seed);
        MiniBatch batch = new MiniBatch(spec, ROWS);
        for (int i = 0; i < ROWS; i++) {
            int row = batch.addRow();
            for (int f = 0; f < spec.input().fields().size(); f++) {
                batch.category(row, f, random.nextInt(spec.input().fields().get(f).rows()));
            }
            for (int d = 0; d < spec.input().dense().size(); d++) {
                batch.dense(row, d, (float) (100 + 30 * random.nextGaussian()));
            }
            batch.tier(row, random.nextInt(spec.input().tiers().size()));
            batch.scenario(row, random.nextInt(spec.input().scenarios().size()));
            for (int t = 0; t < spec.tasks().size(); t++) {
                boolean amount = spec.tasks().get(t).target() == Target.AMOUNT;
                batch.label(row, t, random.nextInt(amount ? 50 : 2), 1);
            }
        }
        return batch;
    }

    /** A trainer that has learnt some batches. */
    public static Trainer trained(ModelSpec spec, int steps) {
        Trainer trainer = new Trainer(spec, ROWS);
        for (int i = 0; i < steps; i++) {
            if (!trainer.step(batch(spec, 1000 + i)).applied()) {
                throw new IllegalStateException("a testing step was dropped");
            }
        }
        return trainer;
    }
}
