package io.tamor.quickstart.cli;

import io.tamor.jobs.cli.CompareCommand;
import io.tamor.jobs.cli.ConfigCommand;
import io.tamor.jobs.cli.Errors;
import io.tamor.jobs.cli.LearnerCommand;
import io.tamor.jobs.cli.ParityCommand;
import io.tamor.jobs.cli.SamplesCommand;
import io.tamor.jobs.cli.SnapshotCommand;
import io.tamor.jobs.cli.TimelineCommand;
import io.tamor.jobs.cli.TopicsCommand;
import io.tamor.jobs.cli.TrainCommand;
import io.tamor.jobs.cli.VerifySamplesCommand;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The root of the command line: {@code deploy/bin/tamor COMMAND}. */
@Command(
        name = "tamor",
        description = "TAMOR: a tier-aware multi-task recommender, learned online on Flink.",
        mixinStandardHelpOptions = true,
        version = "tamor 0.1.0",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            QuickstartCommand.class,
            ReplayCommand.class,
            SimulateCommand.class,
            TimelineCommand.class,
            LearnerCommand.class,
            TrainCommand.class,
            CompareCommand.class,
            ConfigCommand.class,
            TopicsCommand.class,
            VerifySamplesCommand.class,
            SamplesCommand.class,
            SnapshotCommand.class,
            ParityCommand.class,
            BenchmarkCommand.class
        })
public final class TamorCommand {
    private TamorCommand() {}

    /** The command line with its error handling. */
    public static CommandLine commandLine() {
        return new CommandLine(new TamorCommand()).setExecutionExceptionHandler(new Errors());
    }

    public static void main(String[] arguments) {
        // In a locale without an encoding of its own, as POSIX, Java would print ? for ± and ¥.
        PrintStream out = utf8(FileDescriptor.out);
        PrintStream err = utf8(FileDescriptor.err);
        System.setOut(out);
        System.setErr(err);
        System.exit(
                commandLine()
                        .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                        .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                        .execute(arguments));
    }

    private static PrintStream utf8(FileDescriptor file) {
        return new PrintStream(new FileOutputStream(file), true, StandardCharsets.UTF_8);
    }
}
