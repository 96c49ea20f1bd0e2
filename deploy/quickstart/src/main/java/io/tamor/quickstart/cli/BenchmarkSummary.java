package io.tamor.quickstart.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What several rounds say together: medians, and how far the ratios were apart. */
record BenchmarkSummary(List<BenchmarkRound> all) {

    /** Median, least and greatest of some ratios. */
    record Spread(double median, double least, double greatest) {}

    int rounds() {
        return all.size();
    }

    double median(ToDoubleFunction<BenchmarkRound> figure) {
        return spread(figure).median();
    }

    Spread spread(ToDoubleFunction<BenchmarkRound> figure) {
        return spread(all.stream().mapToDouble(figure).toArray());
    }

    /** Training rate over PyTorch's, round by round; null where there is no PyTorch. */
    @Nullable Spread trainingRatios() {
        return ratios("samplesPerSecond", "trainingSamplesPerSecond");
    }

    /** Scoring rate over PyTorch's, round by round; null where there is no PyTorch. */
    @Nullable Spread forwardRatios() {
        return ratios("forwardSamplesPerSecond", "forwardSamplesPerSecond");
    }

    /**
     * Which kernels both libraries use: what the processor asks for, unless the environment says.
     */
    static String blasKernels() {
        return Objects.requireNonNullElse(System.getenv("OPENBLAS_CORETYPE"), "detected");
    }

    private @Nullable Spread ratios(String own, String torchs) {
        double[] ratios = new double[all.size()];
        for (int i = 0; i < ratios.length; i++) {
            JsonNode torch = all.get(i).torch();
            if (torch == null) {
                return null;
            }
            ratios[i] = all.get(i).own(own) / torch.path(torchs).asDouble();
        }
        return spread(ratios);
    }

    private static Spread spread(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median =
                sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }
}
