package io.tamor.quickstart.cli;

import io.tamor.jobs.cli.UsageException;
import io.tamor.quickstart.dataset.Dataset;
import io.tamor.quickstart.dataset.Datasets;
import io.tamor.quickstart.run.DatasetSource;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The whole system on one machine, fed by a public data set. */
@Command(
        name = "replay",
        description = "Runs the whole system on this machine, fed by a public data set.",
        mixinStandardHelpOptions = true)
final class ReplayCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--dataset",
            required = true,
            paramLabel = "NAME",
            description = "The data set: starbucks_offers.")
    private String dataset = "";

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "The folder that holds its files as published.")
    private Path data = Path.of("");

    @Option(
            names = "--events",
            paramLabel = "N",
            description = "Rows of the log to replay at most (default: all).")
    private long events = Long.MAX_VALUE;

    @Option(
            names = "--shuffle",
            paramLabel = "SEED",
            description =
                    "Events arrive out of order, as much as the deployment allows (default: in"
                            + " order).")
    private @Nullable Long shuffle;

    @Option(
            names = "--resend",
            paramLabel = "SHARE",
            defaultValue = "0",
            description = "Share of events that arrive twice (default: ${DEFAULT-VALUE}).")
    private double resend;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder for the results (default: out/NAME).")
    private @Nullable Path out;

    @Mixin private RunOptions run = new RunOptions();

    @Override
    public Integer call() {
        if (events < 1) {
            throw new UsageException("--events is at least 1, was " + events);
        }
        if (resend < 0 || resend > 1) {
            throw new UsageException("--resend is a share from 0 to 1, was " + resend);
        }
        Dataset source = Datasets.named(dataset);
        source.check(data);
        return run.run(
                new DatasetSource(source, data, events, shuffle, resend),
                out == null ? Path.of("out", dataset) : out,
                spec.commandLine());
    }
}
