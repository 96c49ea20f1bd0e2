package io.tamor.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.training.ModelComparison.Cell;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTableTest {
    private static final List<Cell> CELLS =
            List.of(
                    new Cell("htlnet", "click", "low", "auc", 1200, 0.61, 0.001),
                    new Cell("htlnet", "click", "low", "log_loss", 1200, 0.4, 0),
                    new Cell("htlnet", "click", "none", "log_loss", 30, 0.1, 0),
                    new Cell("htlnet", "amount", "low", "gini", 800, 0.25, 0.01),
                    new Cell("htlnet", "amount", "low", "mae", 800, 12, 1),
                    new Cell("htlnet", "amount", "low", "nrmse", 800, 3.5, 0.25),
                    new Cell("htlnet", "amount", "low", "spearman", 800, 0.125, 0.02),
                    new Cell("htlnet", "amount", "none", "mae", 20, 1, 0),
                    new Cell("tamor", "click", "low", "auc", 1200, 0.62, 0.002),
                    new Cell("tamor", "amount", "low", "gini", 800, 0.3, 0.01),
                    new Cell("tamor", "amount", "low", "nrmse", 800, 4.25, 0.5),
                    new Cell("ple", "click", "low", "auc", 1200, 0.6, 0));

    @Test
    void theLeastErrorAndTheHighestOfTheOthersAreTheBest() {
        assertThat(table(CELLS))
                .containsExactly(
                        "| task | tier | labels | htlnet | tamor | ple |",
                        "|---|---|---:|---:|---:|---:|",
                        "| click | low | 1,200 | 0.6100 ± 0.0010 | **0.6200** ± 0.0020 | 0.6000 ± 0.0000 |",
                        "| click | none | 30 | n/a | n/a | n/a |",
                        "| amount, nrmse | low | 800 | **3.5000** ± 0.2500 | 4.2500 ± 0.5000 | n/a |",
                        "| amount, nrmse | none | 20 | n/a | n/a | n/a |",
                        "| amount, gini | low | 800 | 0.2500 ± 0.0100 | **0.3000** ± 0.0100 | n/a |",
                        "| amount, gini | none | 20 | n/a | n/a | n/a |",
                        "| amount, spearman | low | 800 | **0.1250** ± 0.0200 | n/a | n/a |",
                        "| amount, spearman | none | 20 | n/a | n/a | n/a |");
    }

    @Test
    void aDeploymentWithoutAnAmountHasNoRowsOfOne() {
        List<Cell> clicks = CELLS.stream().filter(cell -> cell.task().equals("click")).toList();
        assertThat(table(clicks)).hasSize(4).noneMatch(line -> line.contains("amount"));
    }

    private static List<String> table(List<Cell> cells) {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        new ComparisonTable(List.of("htlnet", "tamor", "ple"), cells).print(out);
        out.flush();
        return text.toString().lines().toList();
    }
}
