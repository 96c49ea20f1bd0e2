package io.tamor.jobs.config;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * A configured model with another network of like size: a baseline has parts of its own, in the
 * widths of the configured ones, and none of TAMOR's.
 */
public final class BaselineModel {
    private static final int MMOE_EXPERTS = 6;
    private static final int LABEL_DIM = 8;
    private static final int FUSION_DIM = 16;

    private BaselineModel() {}

    /**
     * Changes a {@code model} block to another network. A name that nobody knows is left for the
     * reader to refuse.
     */
    public static void apply(ObjectNode model, String network) {
        if (network.equals(model.path("network").asText())) {
            return;
        }
        model.put("network", network);
        ArrayNode widths = model.withArray("/ple/expert").deepCopy();
        ArrayNode deepTower = widths.deepCopy().addAll(model.withArray("/tower"));
        switch (network) {
            case "ple" -> model.remove(List.of("encoding", "bias"));
            case "mmoe" -> {
                model.remove(List.of("encoding", "bias", "ple"));
                model.putObject("mmoe").put("experts", MMOE_EXPERTS).set("expert", widths);
            }
            case "shared-bottom" -> {
                model.remove(List.of("encoding", "bias", "ple"));
                model.set("trunk", widths);
            }
            case "single-task" -> {
                model.remove(List.of("encoding", "bias", "ple"));
                model.set("tower", deepTower);
            }
            case "htlnet" -> {
                model.remove(List.of("encoding", "bias", "ple"));
                model.set("tower", deepTower);
                model.put("label_dim", LABEL_DIM);
                model.put("fusion_dim", FUSION_DIM);
                model.put("temperature", 1.0);
            }
            default -> {} // the reader names the networks there are
        }
    }
}
