package io.tamor.jobs.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.training.OfflineTraining;
import io.tamor.jobs.training.TrainedModel;
import io.tamor.model.metric.MetricRow;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One pass over files of samples, without Kafka. */
@Command(
        name = "train",
        description = {
            "Trains one model from files of samples in one pass, scoring each label before it is"
                    + " trained on.",
            "The same samples give the learning job's model, bit for bit."
        },
        mixinStandardHelpOptions = true)
public final class TrainCommand implements Callable<Integer> {
    private static final double NANOS = 1e9;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private DeploymentOption config = new DeploymentOption();

    @Mixin private SamplesOption samples = new SamplesOption();

    @Option(
            names = "--from-snapshot",
            paramLabel = "DIR",
            description =
                    "A version's folder whose parameters are the first; users' rows and the"
                            + " optimizer's state start anew (default: learner.start_from).")
    private @Nullable Path fromSnapshot;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "Folder of snapshots that gets the model as its next version, with the user rows"
                            + " beside it (default: the model is not kept).")
    private @Nullable Path out;

    @Option(
            names = "--evaluate-from",
            paramLabel = "TIME",
            description =
                    "Quality of the impressions shown at this time or later alone, as"
                            + " 2024-01-31T00:00:00Z (default: all).")
    private @Nullable Instant evaluateFrom;

    @Option(names = "--json", description = "One JSON document on stdout and nothing else.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Deployment deployment = config.read();
        if (fromSnapshot != null) {
            // Flink takes a path as it is: a space must not be %20.
            deployment =
                    deployment.startingFrom(
                            new org.apache.flink.core.fs.Path(fromSnapshot.toUri()).toString());
        }
        OfflineTraining training =
                new OfflineTraining(
                        deployment,
                        evaluateFrom == null ? Long.MIN_VALUE : evaluateFrom.toEpochMilli());
        long startedNs = System.nanoTime();
        try {
            training.run(samples.folder());
        } catch (FileNotFoundException e) {
            throw new UsageException("--samples: " + e.getMessage());
        }
        double seconds = (System.nanoTime() - startedNs) / NANOS;
        PrintWriter err = spec.commandLine().getErr();
        if (training.firstRefusal() != null) {
            err.printf("refused %s; the first: %s%n", training.refused(), training.firstRefusal());
        }
        if (training.progress().steps == 0) {
            err.println("no sample was trained, so there is no model");
            return ExitStatus.FAILED;
        }
        Path written = out == null ? null : TrainedModel.write(training, deployment, out);
        print(training, seconds, written);
        return ExitStatus.DONE;
    }

    private void print(OfflineTraining training, double seconds, @Nullable Path written)
            throws IOException {
        PrintWriter to = spec.commandLine().getOut();
        if (json) {
            to.println(
                    new JsonMapper()
                            .writerWithDefaultPrettyPrinter()
                            .writeValueAsString(asJson(training, seconds, written)));
            return;
        }
        to.printf(
                Locale.ROOT,
                "%,d samples in %,d steps, %.1f s, %,.0f samples/s; %d dropped steps, %d drift"
                        + " alarms%n",
                training.progress().samples,
                training.progress().steps,
                seconds,
                training.progress().samples / seconds,
                training.progress().droppedSteps,
                training.drift().alarms().total());
        for (MetricRow row : training.quality().total()) {
            if (row.scenario().equals(MetricRow.ALL)) {
                to.printf(
                        Locale.ROOT,
                        "%-24s %-12s %9d labels %s%n",
                        row.task(),
                        row.tier(),
                        row.count(),
                        row.values());
            }
        }
        if (written != null) {
            to.println(written);
        }
    }

    private static ObjectNode asJson(
            OfflineTraining training, double seconds, @Nullable Path written) {
        ObjectNode root = new JsonMapper().createObjectNode();
        root.put("samples", training.progress().samples);
        root.put("steps", training.progress().steps);
        root.put("droppedSteps", training.progress().droppedSteps);
        root.put("lateSamples", training.progress().lateSamples);
        ObjectNode refused = root.putObject("refused");
        training.refused().forEach((cause, count) -> refused.put(cause.name(), count));
        root.put("driftAlarms", training.drift().alarms().total());
        root.put("seconds", seconds);
        root.put("snapshot", written == null ? null : written.toString());
        quality(root.putArray("metrics"), training.quality().total());
        return root;
    }

    private static void quality(ArrayNode into, List<MetricRow> rows) {
        for (MetricRow row : rows) {
            ObjectNode node = into.addObject();
            node.put("task", row.task());
            node.put("tier", row.tier());
            node.put("scenario", row.scenario());
            node.put("count", row.count());
            node.put("positives", row.positives());
            row.values().forEach(node::put);
        }
    }
}
