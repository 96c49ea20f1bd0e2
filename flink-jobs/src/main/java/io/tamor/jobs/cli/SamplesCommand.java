package io.tamor.jobs.cli;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.training.SampleExport;
import io.tamor.jobs.training.SampleFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Commands on a deployment's samples. */
@Command(
        name = "samples",
        description = "Copies a deployment's samples to files.",
        subcommands = SamplesCommand.Export.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class SamplesCommand {

    /** Topic to files. */
    @Command(
            name = "export",
            description =
                    "Copies what is committed on the samples topic to Avro files, one a partition,"
                            + " for 'train' and 'compare'.",
            mixinStandardHelpOptions = true)
    public static final class Export implements Callable<Integer> {
        @Spec private CommandSpec spec = CommandSpec.create();

        @Mixin private DeploymentOption config = new DeploymentOption();

        @Option(
                names = "--out",
                required = true,
                paramLabel = "DIR",
                description = "Folder for the files; samples that are in it are replaced.")
        private Path out = Path.of("");

        @Option(
                names = "--from",
                paramLabel = "TIME",
                description =
                        "Samples that matured at this time or later, as 2024-01-31T00:00:00Z"
                                + " (default: all).")
        private @Nullable Instant from;

        @Option(
                names = "--to",
                paramLabel = "TIME",
                description = "Samples that matured before this time (default: all).")
        private @Nullable Instant to;

        @Override
        public Integer call() throws IOException {
            Deployment deployment = config.read();
            SampleExport.Exported exported =
                    SampleExport.run(
                            deployment,
                            new SampleFolder(out),
                            from == null ? Long.MIN_VALUE : from.toEpochMilli(),
                            to == null ? Long.MAX_VALUE : to.toEpochMilli());
            spec.commandLine()
                    .getErr()
                    .printf(
                            Locale.ROOT,
                            "%,d samples to %s, %,d undecodable records left out%n",
                            exported.samples(),
                            out,
                            exported.undecodable());
            return ExitStatus.DONE;
        }
    }
}
