package io.tamor.jobs.learner.logic;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tamor.jobs.config.ConfigurationException;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.FeatureOptions;
import io.tamor.jobs.config.SampleSchema;
import io.tamor.jobs.config.TaskOptions;
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
import io.tamor.model.config.ModelSpecJson;
import io.tamor.model.config.NetworkSpec;
import io.tamor.model.config.OptimizerSpec;
import io.tamor.model.config.PleSpec;
import io.tamor.model.config.Side;
import io.tamor.model.config.Target;
import io.tamor.model.config.TaskKind;
import io.tamor.model.config.TaskSpec;
import io.tamor.model.snapshot.onnx.OnnxExport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The model a deployment describes. Its user row, if there is one, is an external field and comes
 * first among the user's; its slots are as many as a mini-batch has samples. Dense features are
 * standardised by running statistics.
 */
public final class ModelSpecs {
    private ModelSpecs() {}

    /**
     * The description; a {@link ConfigurationException} lists what the model block lacks, and why
     * no version could be made of it.
     */
    public static ModelSpec of(Deployment deployment) {
        try {
            JsonNode model = new ObjectMapper().readTree(deployment.model());
            ModelSpec spec =
                    new ModelSpec(
                            network(model),
                            input(deployment),
                            deployment.tasks().stream().map(ModelSpecs::task).toList(),
                            optimizer(model.get("optimizer")),
                            model.get("seed").asLong());
            require(deployment, OnnxExport.problems(spec)); // every full version has the file
            return spec;
        } catch (IllegalArgumentException | JsonProcessingException e) {
            throw bad(deployment, List.of(String.valueOf(e.getMessage())));
        }
    }

    private static void require(Deployment deployment, List<String> problems) {
        if (!problems.isEmpty()) {
            throw bad(deployment, problems);
        }
    }

    private static ConfigurationException bad(Deployment deployment, List<String> problems) {
        return new ConfigurationException("deployment " + deployment.name() + ", model", problems);
    }

    /** Index of the external field that holds the user row, -1 where the model has none. */
    public static int userRowField(ModelSpec spec) {
        List<FieldSpec> fields = spec.input().fields();
        return !fields.isEmpty() && fields.get(0).external() ? 0 : -1;
    }

    private static InputSpec input(Deployment deployment) {
        SampleSchema schema = deployment.sampleSchema();
        List<FieldSpec> fields = new ArrayList<>();
        for (FeatureOptions feature : deployment.features()) {
            if (feature.type() == FeatureOptions.Type.USER_ROW) {
                int slots = deployment.learner().batch();
                fields.add(new FieldSpec(feature.name(), Side.USER, slots, feature.dim(), true));
            }
        }
        for (FeatureOptions feature : schema.categorical()) {
            fields.add(
                    new FieldSpec(
                            feature.name(), side(feature), feature.rows(), feature.dim(), false));
        }
        return new InputSpec(
                fields,
                schema.dense().stream().map(f -> new DenseSpec(f.name(), side(f))).toList(),
                deployment.tiers().names(),
                deployment.scenarios(),
                true);
    }

    private static Side side(FeatureOptions feature) {
        return switch (feature.side()) {
            case USER -> Side.USER;
            case ITEM -> Side.ITEM;
        };
    }

    private static TaskSpec task(TaskOptions task) {
        TaskKind kind =
                switch (task.kind()) {
                    case COMMON -> TaskKind.COMMON;
                    case USER_SPECIFIC -> TaskKind.USER_SPECIFIC;
                    case USER_BIAS -> TaskKind.USER_BIAS;
                };
        Target target =
                switch (task.label()) {
                    case AMOUNT -> Target.AMOUNT;
                    case CLICK, CONVERSION, INVESTMENT, LARGE_INVESTMENT, USER_TOTAL ->
                            Target.BINARY;
                };
        return new TaskSpec(task.name(), kind, target, task.weight());
    }

    private static NetworkSpec network(JsonNode model) {
        String type = model.get("network").asText();
        boolean transfer =
                type.equals(NetworkSpec.HTLNET) || model.path("label_transfer").asBoolean();
        boolean stop = model.path("stop_bias_gradient").asBoolean();
        return new NetworkSpec(
                type,
                constant(Encoding.class, model.path("encoding").asText("one-hot")),
                part(model, "ple", PleSpec.class),
                part(model, "mmoe", MmoeSpec.class),
                widths(model, "bias"),
                widths(model, "tower"),
                widths(model, "trunk"),
                transfer ? labelTransfer(model) : null,
                gradientAdjustment(model.get("gradient_adjustment")),
                constant(AmountLoss.class, model.path("amount_loss").asText("squared-log1p")),
                new AblationSpec(false, false, false, stop));
    }

    private static LabelTransferSpec labelTransfer(JsonNode model) {
        double temperature = number(model, "temperature").asDouble();
        return new LabelTransferSpec(
                number(model, "label_dim").asInt(),
                number(model, "fusion_dim").asInt(),
                temperature,
                1,
                temperature,
                false);
    }

    private static @Nullable GradientAdjustmentSpec gradientAdjustment(@Nullable JsonNode block) {
        if (block == null) {
            return null;
        }
        return new GradientAdjustmentSpec(
                constant(
                        GradientAdjustmentSpec.Mode.class, block.path("mode").asText("parameters")),
                block.get("direction").asDouble(),
                block.get("magnitude").asDouble(),
                block.get("clip").asDouble());
    }

    private static OptimizerSpec optimizer(JsonNode block) {
        JsonNode adam = block.get("adam");
        JsonNode adagrad = block.get("adagrad");
        return new OptimizerSpec(
                new AdamSpec(
                        adam.get("learning_rate").asDouble(),
                        adam.get("beta1").asDouble(),
                        adam.get("beta2").asDouble(),
                        adam.get("epsilon").asDouble()),
                new AdagradSpec(
                        adagrad.get("learning_rate").asDouble(),
                        adagrad.get("initial_accumulator").asDouble(),
                        adagrad.get("epsilon").asDouble()));
    }

    private static <T> @Nullable T part(JsonNode model, String key, Class<T> type) {
        JsonNode block = model.get(key);
        return block == null ? null : ModelSpecJson.read(block, type);
    }

    private static List<Integer> widths(JsonNode model, String key) {
        List<Integer> widths = new ArrayList<>();
        model.path(key).forEach(width -> widths.add(width.asInt()));
        return widths;
    }

    private static JsonNode number(JsonNode model, String key) {
        JsonNode value = model.get(key);
        if (value == null) {
            throw new IllegalArgumentException("label transfer needs model." + key);
        }
        return value;
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String kebab) {
        return Enum.valueOf(type, kebab.replace('-', '_').toUpperCase(Locale.ROOT));
    }
}
