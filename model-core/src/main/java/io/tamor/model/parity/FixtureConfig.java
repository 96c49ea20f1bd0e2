package io.tamor.model.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.tamor.model.config.AblationSpec;
import io.tamor.model.config.AdagradSpec;
import io.tamor.model.config.AdamSpec;
import io.tamor.model.config.AmountLoss;
import io.tamor.model.config.DenseSpec;
import io.tamor.model.config.Encoding;
import io.tamor.model.config.FieldSpec;
import io.tamor.model.config.FtrlSpec;
import io.tamor.model.config.GradientAdjustmentSpec;
import io.tamor.model.config.InputSpec;
import io.tamor.model.config.LabelTransferSpec;
import io.tamor.model.config.MmoeSpec;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.NetworkSpec;
import io.tamor.model.config.OptimizerSpec;
import io.tamor.model.config.PleSpec;
import io.tamor.model.config.ScheduleSpec;
import io.tamor.model.config.Side;
import io.tamor.model.config.Target;
import io.tamor.model.config.TaskKind;
import io.tamor.model.config.TaskSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads a fixture's configuration, whose keys are flatter than a model description's. */
final class FixtureConfig {
    private final JsonNode config;

    FixtureConfig(JsonNode config) {
        this.config = config;
    }

    ModelSpec spec() {
        return new ModelSpec(network(), input(), tasks(), optimizer(), 0);
    }

    private InputSpec input() {
        List<FieldSpec> fields = new ArrayList<>();
        addFields(fields, config.path("user_fields"), Side.USER);
        addFields(fields, config.path("item_fields"), Side.ITEM);
        List<DenseSpec> dense = new ArrayList<>();
        for (String name : names(config.path("user_dense"), "user_dense")) {
            dense.add(new DenseSpec(name, Side.USER));
        }
        for (String name : names(config.path("item_dense"), "item_dense")) {
            dense.add(new DenseSpec(name, Side.ITEM));
        }
        return new InputSpec(
                fields,
                dense,
                names(config.path("tiers"), "tier"),
                names(config.path("scenarios"), "scenario"),
                false);
    }

    private void addFields(List<FieldSpec> fields, JsonNode names, Side side) {
        for (JsonNode field : names) {
            String name = field.isObject() ? field.path("name").asText() : field.asText();
            int rows = perField("rows", field, name, fields.size());
            int dim = perField("dim", field, name, fields.size());
            fields.add(new FieldSpec(name, side, rows, dim, false));
        }
    }

    /** A number for all fields, or one in the field itself, by name, or by place. */
    private int perField(String key, JsonNode field, String name, int place) {
        JsonNode own = field.path(key);
        if (own.isNumber()) {
            return own.asInt();
        }
        JsonNode all = config.path(key);
        return all.isObject()
                ? all.path(name).asInt()
                : all.isArray() ? all.path(place).asInt() : all.asInt();
    }

    /** Names from a list of them, or made from a count. */
    private static List<String> names(JsonNode node, String prefix) {
        List<String> names = new ArrayList<>();
        if (node.isArray()) {
            node.forEach(n -> names.add(n.asText()));
        } else {
            for (int i = 0; i < node.asInt(); i++) {
                names.add(prefix + i);
            }
        }
        return names;
    }

    private List<TaskSpec> tasks() {
        List<TaskSpec> tasks = new ArrayList<>();
        for (JsonNode task : config.path("tasks")) {
            tasks.add(
                    new TaskSpec(
                            task.path("name").asText(),
                            constant(TaskKind.class, task.path("kind"), TaskKind.COMMON),
                            constant(Target.class, task.path("target"), Target.BINARY),
                            task.path("weight").asDouble(1)));
        }
        return tasks;
    }

    private NetworkSpec network() {
        String type = config.path("model").asText();
        boolean transfer =
                type.equals(NetworkSpec.HTLNET) || config.path("label_transfer").asBoolean();
        boolean tamor = type.equals(NetworkSpec.TAMOR);
        return new NetworkSpec(
                type,
                constant(Encoding.class, config.path("encoding"), Encoding.ONE_HOT),
                tamor || type.equals(NetworkSpec.PLE) ? ple() : null,
                tamor || type.equals(NetworkSpec.MMOE) ? mmoe() : null,
                tamor ? sizes(config.path("bias")) : List.of(),
                sizes(config.path("tower")),
                type.equals(NetworkSpec.SHARED_BOTTOM) ? trunk() : List.of(),
                transfer ? labelTransfer() : null,
                gradientAdjustment(),
                amountLoss(),
                new AblationSpec(
                        config.path("plain_user").asBoolean(),
                        config.path("plain_item").asBoolean(),
                        config.path("no_user_bias").asBoolean(),
                        config.path("stop_bias_gradient").asBoolean()));
    }

    /** For the whole model, or at the amount's task. */
    private AmountLoss amountLoss() {
        JsonNode node = config.path("amount_loss");
        for (JsonNode task : config.path("tasks")) {
            if (task.has("amount_loss")) {
                node = task.path("amount_loss");
            }
        }
        return constant(AmountLoss.class, node, AmountLoss.SQUARED_LOG1P);
    }

    private @Nullable PleSpec ple() {
        JsonNode ple = config.path("ple");
        return ple.isObject()
                ? new PleSpec(
                        ple.path("levels").asInt(1),
                        ple.path("own").asInt(1),
                        ple.path("shared").asInt(1),
                        sizes(ple.path("expert")))
                : null;
    }

    private @Nullable MmoeSpec mmoe() {
        JsonNode mmoe = config.path("mmoe");
        return mmoe.isObject()
                ? new MmoeSpec(mmoe.path("experts").asInt(1), sizes(mmoe.path("expert")))
                : null;
    }

    private List<Integer> trunk() {
        JsonNode trunk = config.path("trunk");
        return sizes(trunk.isArray() ? trunk : config.path("bottom"));
    }

    private LabelTransferSpec labelTransfer() {
        return new LabelTransferSpec(
                config.path("label_dim").asInt(),
                config.path("fusion_dim").asInt(),
                config.path("temperature").asDouble(1),
                1.0,
                1e-6,
                false);
    }

    private @Nullable GradientAdjustmentSpec gradientAdjustment() {
        JsonNode node = config.path("gradient_adjustment");
        return node.isObject()
                ? new GradientAdjustmentSpec(
                        constant(
                                GradientAdjustmentSpec.Mode.class,
                                node.path("mode"),
                                GradientAdjustmentSpec.Mode.PARAMETERS),
                        node.path("direction").asDouble(),
                        node.path("magnitude").asDouble(),
                        node.path("clip").asDouble(10))
                : null;
    }

    private OptimizerSpec optimizer() {
        JsonNode adam = config.path("optimizer").path("adam");
        JsonNode adagrad = config.path("optimizer").path("adagrad");
        JsonNode ftrl = config.path("optimizer").path("ftrl");
        AdamSpec a = AdamSpec.DEFAULT;
        AdagradSpec g = AdagradSpec.DEFAULT;
        return new OptimizerSpec(
                new AdamSpec(
                        adam.path("learning_rate").asDouble(a.learningRate()),
                        adam.path("beta1").asDouble(a.beta1()),
                        adam.path("beta2").asDouble(a.beta2()),
                        adam.path("epsilon").asDouble(a.epsilon())),
                new AdagradSpec(
                        adagrad.path("learning_rate").asDouble(g.learningRate()),
                        adagrad.path("initial_accumulator").asDouble(g.initialAccumulator()),
                        adagrad.path("epsilon").asDouble(g.epsilon()),
                        adagrad.path("decay").asDouble(g.decay())),
                ftrl.isObject()
                        ? new FtrlSpec(
                                ftrl.path("alpha").asDouble(),
                                ftrl.path("beta").asDouble(1),
                                ftrl.path("l1").asDouble(),
                                ftrl.path("l2").asDouble(),
                                ftrl.path("decay").asDouble(1))
                        : null,
                ScheduleSpec.CONSTANT);
    }

    private static List<Integer> sizes(JsonNode node) {
        List<Integer> sizes = new ArrayList<>();
        node.forEach(size -> sizes.add(size.asInt()));
        return sizes;
    }

    private static <E extends Enum<E>> E constant(Class<E> type, JsonNode node, E absent) {
        if (!node.isTextual()) {
            return absent;
        }
        return Enum.valueOf(type, node.asText().toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
