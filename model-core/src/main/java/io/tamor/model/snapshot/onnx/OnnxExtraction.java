package io.tamor.model.snapshot.onnx;

import io.tamor.model.config.MmoeSpec;
import io.tamor.model.config.NetworkSpec;
import io.tamor.model.config.PleSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Extractions: one vector per group from one input, by PLE or MMoE. */
final class OnnxExtraction {
    private OnnxExtraction() {}

    /** The groups' vectors, by whichever of the two the network has. */
    static List<String> of(
            OnnxGraph graph, NetworkSpec network, String name, String x, int groups) {
        PleSpec ple = network.ple();
        return ple == null
                ? mmoe(graph, Objects.requireNonNull(network.mmoe()), name, x, groups)
                : ple(graph, ple, name, x, groups);
    }

    private static List<String> mmoe(
            OnnxGraph graph, MmoeSpec spec, String name, String x, int groups) {
        List<String> experts =
                experts(graph, name + "/expert", x, spec.experts(), spec.expert().size());
        List<String> outputs = new ArrayList<>();
        for (int k = 0; k < groups; k++) {
            outputs.add(OnnxLayers.gated(graph, name + "/gate" + k, x, experts));
        }
        return outputs;
    }

    private static List<String> ple(
            OnnxGraph graph, PleSpec spec, String name, String x, int groups) {
        List<String> inputs = Collections.nCopies(groups, x);
        String sharedInput = x;
        for (int level = 0; level < spec.levels(); level++) {
            String at = name + "/level" + level;
            int layers = spec.expert().size();
            List<String> shared =
                    experts(graph, at + "/shared/expert", sharedInput, spec.shared(), layers);
            List<String> everyOwn = new ArrayList<>();
            List<String> outputs = new ArrayList<>();
            for (int k = 0; k < groups; k++) {
                String group = at + "/group" + k;
                String in = inputs.get(k);
                List<String> own = experts(graph, group + "/expert", in, spec.own(), layers);
                everyOwn.addAll(own);
                outputs.add(OnnxLayers.gated(graph, group + "/gate", in, joined(own, shared)));
            }
            if (level < spec.levels() - 1) {
                sharedInput =
                        OnnxLayers.gated(
                                graph, at + "/shared/gate", sharedInput, joined(everyOwn, shared));
            }
            inputs = outputs;
        }
        return inputs;
    }

    private static List<String> experts(
            OnnxGraph graph, String name, String x, int count, int layers) {
        List<String> experts = new ArrayList<>();
        for (int j = 0; j < count; j++) {
            experts.add(OnnxLayers.mlp(graph, name + j, x, layers));
        }
        return experts;
    }

    private static List<String> joined(List<String> first, List<String> second) {
        List<String> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    /**
     * A sample's own vector among its groups', as the encoding says.
     *
     * @param group input with each sample's group [n]
     * @param softLogits parameter of the soft encoding; null for one-hot
     */
    static String encoded(
            OnnxGraph graph, List<String> vectors, String group, @Nullable String softLogits) {
        int groups = vectors.size();
        if (groups == 1) {
            return vectors.get(0);
        }
        String table;
        if (softLogits == null) {
            float[] identity = new float[groups * groups];
            for (int k = 0; k < groups; k++) {
                identity[k * groups + k] = 1;
            }
            table = graph.floats("one_hot", identity, groups, groups);
        } else {
            table = graph.nodeOnAxis("Softmax", 1, graph.parameter(softLogits));
        }
        return OnnxLayers.mix(graph, graph.nodeOnAxis("Gather", 0, table, group), vectors);
    }
}
