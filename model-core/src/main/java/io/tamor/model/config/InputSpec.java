package io.tamor.model.config;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a sample holds. All orders are meaningful: fields and dense features are columns in their
 * order here, the user side's before the item side's; a tier's or scenario's index is its place.
 *
 * @param normalizeDense whether dense features are standardised by running statistics
 */
public record InputSpec(
        List<FieldSpec> fields,
        List<DenseSpec> dense,
        List<String> tiers,
        List<String> scenarios,
        boolean normalizeDense) {
    /** What metrics call all tiers, or all scenarios, together. */
    public static final String ALL = "all";

    public InputSpec {
        fields = List.copyOf(Problems.present(fields, "fields"));
        dense = List.copyOf(Problems.present(dense, "dense"));
        tiers = List.copyOf(Problems.present(tiers, "tiers"));
        scenarios = List.copyOf(Problems.present(scenarios, "scenarios"));
    }

    /** Width of one side's input vector: its embeddings' widths and its dense features. */
    public int width(Side side) {
        int width = (int) dense.stream().filter(d -> d.side() == side).count();
        for (FieldSpec field : fields) {
            width += field.side() == side ? field.dim() : 0;
        }
        return width;
    }

    /** Notes what is wrong with the inputs. */
    void check(Problems problems) {
        fields.forEach(field -> field.check(problems));
        unique(problems, "field", fields.stream().map(FieldSpec::name).toList());
        unique(problems, "dense feature", dense.stream().map(DenseSpec::name).toList());
        unique(problems, "tier", tiers);
        unique(problems, "scenario", scenarios);
        for (List<String> groups : List.of(tiers, scenarios)) {
            problems.require(
                    !groups.contains(ALL),
                    "no tier or scenario can be called " + ALL + ": metrics name all of them so");
        }
        problems.require(!tiers.isEmpty(), "tiers must not be empty");
        problems.require(!scenarios.isEmpty(), "scenarios must not be empty");
        problems.require(
                userFirst(fields.stream().map(FieldSpec::side).toList()),
                "user fields must come before item fields");
        problems.require(
                userFirst(dense.stream().map(DenseSpec::side).toList()),
                "user dense features must come before the item's");
        for (Side side : Side.values()) {
            problems.require(width(side) > 0, "the " + side + " side has no feature");
        }
    }

    private static void unique(Problems problems, String what, List<String> names) {
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            problems.require(seen.add(name), what + " " + name + " is there twice");
        }
    }

    private static boolean userFirst(List<Side> sides) {
        return sides.lastIndexOf(Side.USER) < sides.size() - countItems(sides);
    }

    private static long countItems(List<Side> sides) {
        return sides.stream().filter(side -> side == Side.ITEM).count();
    }
}
