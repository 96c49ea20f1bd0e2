package io.tamor.model.config;

import java.util.List;

/**
 * Multi-gate mixture of experts (Ma et al., KDD 2018).
 *
 * @param experts number of experts, all shared
 * @param expert layer widths of one expert
 */
public record MmoeSpec(int experts, List<Integer> expert) {
    public MmoeSpec {
        expert = List.copyOf(Problems.present(expert, "expert"));
    }

    /** Notes what is wrong here. */
    void check(Problems problems) {
        problems.require(experts >= 1, "network.mmoe.experts must be >= 1, was " + experts);
        NetworkSpec.checkSizes(problems, "network.mmoe.expert", expert, false);
    }
}
