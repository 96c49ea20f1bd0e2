package io.tamor.jobs.cli;

import io.tamor.jobs.training.ModelComparison.Cell;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The figures by which networks are compared, as a Markdown table: a row for each task, tier and
 * figure, a column for each network, its best figure in bold. A figure that a network has not, or
 * that is not defined in a tier, is n/a.
 */
final class ComparisonTable {
    private static final String AUC = "auc";

    /** Of the figures, the one of binary tasks and those of an amount; in their order. */
    private static final List<String> FIGURES = List.of(AUC, "nrmse", "gini", "spearman");

    /** A figure of errors: the least is the best. */
    private static final String ERROR = "nrmse";

    private final List<String> networks;
    private final List<Cell> cells;

    private record Slice(String task, String tier) {}

    /**
     * A table of some networks.
     *
     * @param cells figures of theirs, any number of them
     */
    ComparisonTable(List<String> networks, List<Cell> cells) {
        this.networks = List.copyOf(networks);
        this.cells = List.copyOf(cells);
    }

    void print(PrintWriter out) {
        out.printf("| task | tier | labels | %s |%n", String.join(" | ", networks));
        out.printf("|---|---|---:|%s%n", "---:|".repeat(networks.size()));
        Map<Slice, Long> labels = new LinkedHashMap<>();
        cells.forEach(cell -> labels.put(new Slice(cell.task(), cell.tier()), cell.count()));
        for (String task : cells.stream().map(Cell::task).distinct().toList()) {
            for (String figure : FIGURES) {
                if (has(task, figure)) {
                    labels.forEach(
                            (slice, count) -> {
                                if (slice.task().equals(task)) {
                                    print(slice, figure, count, out);
                                }
                            });
                }
            }
        }
    }

    private boolean has(String task, String figure) {
        return cells.stream().anyMatch(c -> c.task().equals(task) && c.figure().equals(figure));
    }

    private void print(Slice slice, String figure, long labels, PrintWriter out) {
        List<Cell> row =
                cells.stream()
                        .filter(c -> c.task().equals(slice.task()) && c.tier().equals(slice.tier()))
                        .filter(c -> c.figure().equals(figure))
                        .toList();
        Comparator<Cell> byMean = Comparator.comparingDouble(Cell::mean);
        Optional<Cell> best = row.stream().max(figure.equals(ERROR) ? byMean.reversed() : byMean);
        out.printf(
                Locale.ROOT,
                "| %s%s | %s | %,d |",
                slice.task(),
                figure.equals(AUC) ? "" : ", " + figure,
                slice.tier(),
                labels);
        for (String network : networks) {
            out.printf(
                    " %s |",
                    row.stream()
                            .filter(cell -> cell.network().equals(network))
                            .map(cell -> text(cell, best.orElse(cell).mean()))
                            .findFirst()
                            .orElse("n/a"));
        }
        out.println();
    }

    private static String text(Cell cell, double best) {
        return String.format(
                Locale.ROOT,
                cell.mean() == best ? "**%.4f** ± %.4f" : "%.4f ± %.4f",
                cell.mean(),
                cell.deviation());
    }
}
