package io.tamor.model.snapshot.onnx;

import io.tamor.model.config.AblationSpec;
import io.tamor.model.config.Encoding;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.NetworkSpec;
import io.tamor.model.config.Side;
import io.tamor.model.config.TaskSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What each task's tower reads, by the network's type. */
final class OnnxTrunk {
    private static final String NAME = "trunk";

    private OnnxTrunk() {}

    /** The towers' inputs in task order. */
    static List<String> inputs(OnnxGraph graph, OnnxInputs inputs, ModelSpec spec) {
        NetworkSpec network = spec.network();
        int tasks = spec.tasks().size();
        return switch (network.type()) {
            case NetworkSpec.TAMOR -> tamor(graph, inputs, spec);
            case NetworkSpec.MMOE, NetworkSpec.PLE ->
                    OnnxExtraction.of(graph, network, NAME, inputs.both(""), tasks);
            case NetworkSpec.SHARED_BOTTOM ->
                    Collections.nCopies(
                            tasks,
                            OnnxLayers.mlp(graph, NAME, inputs.both(""), network.trunk().size()));
            case NetworkSpec.SINGLE_TASK ->
                    spec.tasks().stream()
                            .map(task -> inputs.both("task/" + task.name() + "/"))
                            .toList();
            case NetworkSpec.HTLNET -> Collections.nCopies(tasks, inputs.both(""));
            default ->
                    throw new IllegalArgumentException(
                            "network.type must be one of "
                                    + NetworkSpec.TYPES
                                    + ", was "
                                    + network.type());
        };
    }

    private static List<String> tamor(OnnxGraph graph, OnnxInputs inputs, ModelSpec spec) {
        NetworkSpec network = spec.network();
        AblationSpec ablation = network.ablation();
        int tiers = ablation.plainUser() ? 1 : spec.input().tiers().size();
        int scenarios = ablation.plainItem() ? 1 : spec.input().scenarios().size();
        String user =
                representation(
                        graph, network, "user", inputs.side(Side.USER, ""), tiers, OnnxInputs.TIER);
        String item =
                representation(
                        graph,
                        network,
                        "item",
                        inputs.side(Side.ITEM, ""),
                        scenarios,
                        OnnxInputs.SCENARIO);
        // Without layers the user bias is the user's representation itself, read by its own tasks.
        String bias = OnnxLayers.mlp(graph, "bias", user, network.bias().size());
        boolean read = !network.bias().isEmpty() && !ablation.noUserBias();
        String common = graph.columns(List.of(user, item));
        String specific = read ? graph.columns(List.of(user, item, bias)) : common;
        List<String> towers = new ArrayList<>();
        for (TaskSpec task : spec.tasks()) {
            towers.add(
                    switch (task.kind()) {
                        case COMMON -> common;
                        case USER_SPECIFIC -> specific;
                        case USER_BIAS -> bias;
                    });
        }
        return towers;
    }

    private static String representation(
            OnnxGraph graph, NetworkSpec network, String name, String x, int groups, String group) {
        return OnnxExtraction.encoded(
                graph,
                OnnxExtraction.of(graph, network, name, x, groups),
                group,
                network.encoding() == Encoding.SOFT ? name + "/encoding/logits" : null);
    }
}
