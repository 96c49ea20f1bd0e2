package io.tamor.jobs.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.training.ModelComparison;
import java.io.FileNotFoundException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Networks side by side on the same samples. */
@Command(
        name = "compare",
        description = {
            "Trains several networks on the same samples from several seeds, one pass each with each"
                    + " label scored before it is trained on.",
            "A Markdown table of the mean and the standard deviation over the seeds, by task and"
                    + " tier: the AUC of a binary task; of an amount the normalised root mean squared"
                    + " error (the less the better), the normalised Gini coefficient and Spearman's"
                    + " rank correlation."
        },
        mixinStandardHelpOptions = true)
public final class CompareCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private DeploymentOption config = new DeploymentOption();

    @Mixin private SamplesOption samples = new SamplesOption();

    @Option(
            names = "--models",
            split = ",",
            paramLabel = "NAME",
            defaultValue = "tamor,mmoe,ple,shared-bottom,single-task",
            description = "The networks (default: ${DEFAULT-VALUE}).")
    private List<String> models = List.of();

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Seeds 1 to N (default: ${DEFAULT-VALUE}).")
    private int seeds;

    @Option(
            names = "--evaluate-from",
            paramLabel = "TIME",
            description =
                    "Quality of the impressions shown at this time or later alone, as"
                            + " 2024-01-31T00:00:00Z (default: all).")
    private @Nullable Instant evaluateFrom;

    @Option(
            names = "--json",
            description =
                    "Every figure of every slice as one JSON document on stdout and nothing else.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        if (seeds < 1) {
            throw new UsageException("--seeds is at least 1, was " + seeds);
        }
        Deployment deployment = config.read();
        ModelComparison comparison =
                new ModelComparison(
                        deployment,
                        samples.folder(),
                        evaluateFrom == null ? Long.MIN_VALUE : evaluateFrom.toEpochMilli());
        PrintWriter err = spec.commandLine().getErr();
        List<ModelComparison.Cell> cells;
        try {
            cells =
                    comparison.run(
                            models,
                            seeds,
                            run -> {
                                err.println(run);
                                err.flush();
                            });
        } catch (FileNotFoundException e) {
            throw new UsageException("--samples: " + e.getMessage());
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(
                    new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(cells));
        } else {
            new ComparisonTable(models, cells).print(out);
        }
        return ExitStatus.DONE;
    }
}
