package io.tamor.quickstart.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tamor.jobs.cli.ExitStatus;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures, as ratios to something measured in the same run. */
@Command(
        name = "benchmark",
        description = "Measures speed, as ratios to something measured in the same run.",
        subcommands = {BenchmarkCommand.Learner.class, TimelineBenchmarkCommand.class},
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class BenchmarkCommand {

    /** The reference model's training step, scoring and job, beside PyTorch's eager mode. */
    @Command(
            name = "learner",
            description = {
                "Trains and scores the reference model on one thread, in turn with the same model in"
                        + " PyTorch's eager mode where python3 has torch.",
                "Then runs the learning job, with an embedded broker and cluster, over the reference"
                        + " model and the quickstart's, beside the training step of each.",
                "Each round is a process of its own; medians over the rounds, with the least and the"
                        + " greatest ratio."
            },
            mixinStandardHelpOptions = true)
    public static final class Learner implements Callable<Integer> {
        @Spec private CommandSpec spec = CommandSpec.create();

        @Option(
                names = "--rounds",
                defaultValue = "3",
                description = "Rounds (default: ${DEFAULT-VALUE}).")
        private int rounds = 3;

        @Option(
                names = "--seconds",
                defaultValue = "10",
                description = "Seconds a measurement takes (default: ${DEFAULT-VALUE}).")
        private int seconds = 10;

        @Option(
                names = "--job",
                paramLabel = "MODEL",
                description =
                        "Measures the job alone, over one model: ${COMPLETION-CANDIDATES}; each round"
                                + " is one JSON document.")
        private @Nullable Model job;

        @Option(
                names = "--without-gate",
                description = "With --job: every version is published, and no other one scores.")
        private boolean withoutGate;

        @Option(names = "--json", description = "One JSON document on stdout and nothing else.")
        private boolean json;

        /** Models that the job can be measured over. */
        enum Model {
            reference,
            quickstart
        }

        @Override
        public Integer call() throws Exception {
            PrintWriter err = spec.commandLine().getErr();
            if (withoutGate && job == null) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--without-gate measures the job alone: name its model by --job");
            }
            if (job != null) {
                for (int round = 1; round <= rounds; round++) {
                    spec.commandLine()
                            .getOut()
                            .println(BenchmarkRound.job(job.name(), seconds, !withoutGate));
                }
                return ExitStatus.DONE;
            }
            List<BenchmarkRound> measured = new ArrayList<>();
            for (int round = 1; round <= rounds; round++) {
                err.printf(Locale.ROOT, "round %d of %d ...%n", round, rounds);
                err.flush();
                measured.add(BenchmarkRound.measure(seconds));
            }
            BenchmarkSummary summary = new BenchmarkSummary(measured);
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(
                        new JsonMapper()
                                .writerWithDefaultPrettyPrinter()
                                .writeValueAsString(asJson(summary)));
            } else {
                print(summary, out);
            }
            return ExitStatus.DONE;
        }

        private static ObjectNode asJson(BenchmarkSummary summary) {
            ObjectNode root = new JsonMapper().createObjectNode();
            ObjectNode step = root.putObject("trainingStep");
            step.put("samplesPerSecond", summary.median(r -> r.own("samplesPerSecond")));
            step.put("shareOfGemmPeak", summary.median(r -> r.own("shareOfGemmPeak")));
            step.put("gemmPeakGigaflops", summary.median(r -> r.own("gemmPeakGigaflops")));
            step.put(
                    "bytesAllocatedPerStep",
                    (long) summary.median(r -> r.own("bytesAllocatedPerStep")));
            step.put("modelBytes", (long) summary.median(r -> r.own("modelBytes")));
            step.put("workspaceBytes", (long) summary.median(r -> r.own("workspaceBytes")));
            ratio(step, summary.trainingRatios());
            ObjectNode forward = root.putObject("forward");
            forward.put("samplesPerSecond", summary.median(r -> r.own("forwardSamplesPerSecond")));
            forward.put("manyItemsRatio", summary.median(r -> r.own("manyItemsRatio")));
            ratio(forward, summary.forwardRatios());
            job(root.putObject("job"), summary, BenchmarkRound::job);
            job(root.putObject("quickstartJob"), summary, BenchmarkRound::quickstartJob);
            root.put("rounds", summary.rounds());
            root.put("blasKernels", BenchmarkSummary.blasKernels());
            return root;
        }

        private static void job(
                ObjectNode node, BenchmarkSummary summary, Function<BenchmarkRound, JsonNode> of) {
            summary.all()
                    .forEach(
                            round ->
                                    of.apply(round)
                                            .fieldNames()
                                            .forEachRemaining(
                                                    name ->
                                                            node.put(
                                                                    name,
                                                                    median(summary, of, name))));
            BenchmarkSummary.Spread share =
                    summary.spread(r -> of.apply(r).path("shareOfTrainingStep").asDouble());
            node.put("leastShareOfTrainingStep", share.least());
            node.put("greatestShareOfTrainingStep", share.greatest());
        }

        private static double median(
                BenchmarkSummary summary, Function<BenchmarkRound, JsonNode> of, String name) {
            return summary.median(r -> of.apply(r).path(name).asDouble());
        }

        private static void ratio(ObjectNode node, BenchmarkSummary.@Nullable Spread ratios) {
            if (ratios == null) {
                node.putNull("ratioToPyTorch");
            } else {
                node.put("ratioToPyTorch", ratios.median());
                node.put("leastRatioToPyTorch", ratios.least());
                node.put("greatestRatioToPyTorch", ratios.greatest());
            }
        }

        private static void print(BenchmarkSummary summary, PrintWriter out) {
            out.printf(
                    Locale.ROOT,
                    "training  %,.0f samples/s, %.0f %% of the gemm peak of %.0f GFLOP/s, %.0f bytes"
                            + " allocated a step%n",
                    summary.median(r -> r.own("samplesPerSecond")),
                    100 * summary.median(r -> r.own("shareOfGemmPeak")),
                    summary.median(r -> r.own("gemmPeakGigaflops")),
                    summary.median(r -> r.own("bytesAllocatedPerStep")));
            out.printf("          %s%n", described(summary.trainingRatios()));
            out.printf(
                    Locale.ROOT,
                    "forward   %,.0f samples/s; 200 items of one user %.2f times as fast as 200"
                            + " independent rows%n",
                    summary.median(r -> r.own("forwardSamplesPerSecond")),
                    summary.median(r -> r.own("manyItemsRatio")));
            out.printf("          %s%n", described(summary.forwardRatios()));
            print("job, reference model", summary, BenchmarkRound::job, out);
            print("job, quickstart's model", summary, BenchmarkRound::quickstartJob, out);
            out.printf(
                    Locale.ROOT,
                    "memory    %,.0f MB of parameters, gradients and optimizer state, %,.1f MB of"
                            + " workspace%n",
                    summary.median(r -> r.own("modelBytes")) / 1e6,
                    summary.median(r -> r.own("workspaceBytes")) / 1e6);
            out.printf("BLAS      kernels %s, one thread%n", BenchmarkSummary.blasKernels());
        }

        private static void print(
                String name,
                BenchmarkSummary summary,
                Function<BenchmarkRound, JsonNode> of,
                PrintWriter out) {
            out.printf(
                    Locale.ROOT,
                    "%s: %,.0f samples/s, %.0f %% of its own training step's rate by the clock and"
                            + " %.0f %% by processor time%n",
                    name,
                    median(summary, of, "samplesPerSecond"),
                    100 * median(summary, of, "shareOfTrainingStep"),
                    100 * median(summary, of, "shareOfTrainingStepByCpu"));
            out.printf(
                    Locale.ROOT,
                    "          checkpoint %,.0f ms, %,.1f MB of state; %,.0f ms from checkpoint to a"
                            + " reader of the announcement%n",
                    median(summary, of, "checkpointMs"),
                    median(summary, of, "checkpointBytes") / 1e6,
                    median(summary, of, "publishMs"));
        }

        private static String described(BenchmarkSummary.@Nullable Spread ratios) {
            return ratios == null
                    ? "no ratio to PyTorch: python3 has no torch (Debian: apt install"
                            + " python3-torch)"
                    : String.format(
                            Locale.ROOT,
                            "%.1f times PyTorch's eager mode (%.1f to %.1f)",
                            ratios.median(),
                            ratios.least(),
                            ratios.greatest());
        }
    }
}
