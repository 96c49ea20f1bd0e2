package io.tamor.quickstart.cli;

import io.tamor.jobs.cli.ExitStatus;
import io.tamor.jobs.cli.UsageException;
import io.tamor.quickstart.cluster.JobFailedException;
import io.tamor.quickstart.report.ReportFiles;
import io.tamor.quickstart.report.RunReport;
import io.tamor.quickstart.run.LocalRun;
import io.tamor.quickstart.run.RunSource;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** What quickstart and replay have in common on the command line. */
final class RunOptions {
    @Option(
            names = "--parallelism",
            paramLabel = "P",
            defaultValue = "2",
            description = "Subtasks of the jobs (default: ${DEFAULT-VALUE}).")
    private int parallelism;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description =
                    "Network: tamor, mmoe, ple, shared-bottom, single-task or htlnet (default: the"
                            + " deployment's own, tamor).")
    private @Nullable String model;

    @Option(
            names = "--keep-samples",
            description = "Keep the samples as files under OUT/samples, for train and compare.")
    private boolean keepSamples;

    @Option(
            names = "--json",
            description = "Print report.json on standard output, and nothing else there.")
    private boolean json;

    /** Runs, tells how it went, and says what the shell should hear. */
    int run(RunSource source, Path out, CommandLine command) {
        if (parallelism < 1 || parallelism > 64) {
            throw new UsageException("--parallelism is a number from 1 to 64, was " + parallelism);
        }
        Terminal terminal = Terminal.ofStandardError();
        RunReport report;
        try {
            report =
                    new LocalRun(
                                    source,
                                    new LocalRun.Options(out, parallelism, model, keepSamples),
                                    terminal.progress())
                            .run();
        } catch (JobFailedException e) {
            command.getErr().println(e.getMessage() + terminal.whereToLookFurther());
            return ExitStatus.FAILED;
        }
        new RunSummary(report).lines().forEach(terminal.progress()::line);
        if (json) {
            command.getOut().println(ReportFiles.json(report));
            command.getOut().flush();
        }
        return report.sound() ? ExitStatus.DONE : ExitStatus.FAILED;
    }
}
