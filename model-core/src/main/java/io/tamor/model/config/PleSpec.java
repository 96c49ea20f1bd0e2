package io.tamor.model.config;

import java.util.List;

/**
 * Progressive layered extraction (Tang et al., RecSys 2020).
 *
 * @param levels extraction levels, at least 1
 * @param own experts of each group
 * @param shared experts read by every group
 * @param expert layer widths of one expert
 */
public record PleSpec(int levels, int own, int shared, List<Integer> expert) {
    public PleSpec {
        expert = List.copyOf(Problems.present(expert, "expert"));
    }

    /** Notes what is wrong here. */
    void check(Problems problems) {
        problems.require(levels >= 1, "network.ple.levels must be >= 1, was " + levels);
        problems.require(own >= 0, "network.ple.own must be >= 0, was " + own);
        problems.require(shared >= 0, "network.ple.shared must be >= 0, was " + shared);
        problems.require(
                own + shared > 0, "network.ple must have at least one own or shared expert");
        NetworkSpec.checkSizes(problems, "network.ple.expert", expert, false);
    }
}
