package io.tamor.jobs.cli;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.training.SampleScoring;
import io.tamor.model.config.TaskSpec;
import io.tamor.model.score.Scores;
import io.tamor.model.snapshot.Snapshot;
import io.tamor.schemas.Sample;
import java.io.FileNotFoundException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Scores files of samples with a version. */
@Command(
        name = "score",
        description = {
            "Scores files of samples with a version, in this JVM: a line of comma-separated values for"
                    + " each sample on stdout, with a column for each task (probability, or amount in"
                    + " major units)."
        },
        mixinStandardHelpOptions = true)
public final class SnapshotScoreCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "PATH",
            description = "A version's folder, or the folder that holds the versions.")
    private Path path = Path.of("");

    @Mixin private DeploymentOption config = new DeploymentOption();

    @Mixin private SamplesOption samples = new SamplesOption();

    @Option(
            names = "--user-rows",
            paramLabel = "FILE",
            description =
                    "The users' rows as 'train --out' leaves them beside the version (default: every"
                            + " user is an unknown one).")
    private @Nullable Path userRows;

    @Override
    public Integer call() throws Exception {
        Deployment deployment = config.read();
        Snapshot snapshot = SnapshotCommand.newest(path).load();
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        SampleScoring scoring;
        try {
            scoring = new SampleScoring(snapshot, deployment, (s, x, r) -> print(s, x, r, out));
        } catch (IllegalArgumentException e) {
            throw new UsageException("--config: " + e.getMessage());
        }
        if (userRows != null && scoring.readsUserRows()) {
            scoring.userRows(userRows);
        } else if (scoring.readsUserRows()) {
            err.println("without --user-rows every user is scored as an unknown one");
        }
        List<TaskSpec> tasks = snapshot.manifest().model().tasks();
        out.print("user,impression,label_set,stage");
        tasks.forEach(task -> out.print("," + task.name()));
        out.println();
        try {
            scoring.run(samples.folder());
        } catch (FileNotFoundException e) {
            throw new UsageException("--samples: " + e.getMessage());
        }
        if (!scoring.refused().isEmpty()) {
            err.println("not scored: " + scoring.refused());
        }
        return ExitStatus.DONE;
    }

    private static void print(Sample sample, Scores scores, int row, PrintWriter out) {
        out.print(
                quoted(sample.getUserId())
                        + ","
                        + quoted(sample.getImpressionId())
                        + ","
                        + quoted(sample.getLabelSet())
                        + ","
                        + sample.getStage());
        for (int task = 0; task < scores.tasks(); task++) {
            out.print("," + scores.prediction(row, task));
        }
        out.println();
    }

    /** As RFC 4180 has it. */
    private static String quoted(String text) {
        return text.matches("[^,\"\r\n]*") ? text : "\"" + text.replace("\"", "\"\"") + "\"";
    }
}
