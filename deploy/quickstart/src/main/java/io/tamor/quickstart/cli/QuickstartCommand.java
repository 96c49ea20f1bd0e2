package io.tamor.quickstart.cli;

import io.tamor.jobs.cli.UsageException;
import io.tamor.quickstart.run.SimulatorSource;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The whole system on one machine, fed by the simulator. */
@Command(
        name = "quickstart",
        description = {
            "Runs the whole system on this machine: a simulated wealth app, an embedded Kafka"
                    + " broker, both Flink jobs on a mini cluster, snapshots, a report to look at."
        },
        mixinStandardHelpOptions = true)
final class QuickstartCommand implements Callable<Integer> {
    static final long FEWEST_EVENTS = 500;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--events",
            paramLabel = "N",
            defaultValue = "200000",
            description = "About how many events to simulate (default: ${DEFAULT-VALUE}).")
    private long events;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "42",
            description = "Seed of the simulator (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "out/quickstart",
            description = "Folder for the results (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("");

    @Mixin private RunOptions run = new RunOptions();

    @Override
    public Integer call() {
        if (events < FEWEST_EVENTS) {
            throw new UsageException(
                    "--events is at least " + FEWEST_EVENTS + " here, was " + events);
        }
        return run.run(new SimulatorSource(events, seed), out, spec.commandLine());
    }
}
