package io.tamor.quickstart.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tamor.jobs.cli.ExitStatus;
import io.tamor.quickstart.benchmark.TimelineBenchmark;
import io.tamor.quickstart.benchmark.TimelineSummary;
import io.tamor.quickstart.benchmark.Workload;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The timeline beside the same labels as Flink SQL. */
@Command(
        name = "timeline",
        description = {
            "Measures the timeline (ordering, features, labels; without Kafka) with RocksDB, in turn"
                    + " with the same labels as Flink SQL in two forms: left interval joins, and the"
                    + " multi-way join operator with state expiry.",
            "Same generated events, parallelism and memory; each trial is a process of its own. State"
                    + " is filled first, then the rate is measured while as many impressions mature"
                    + " as arrive.",
            "Then the whole job on an embedded broker: how long after a label's maturity its sample"
                    + " can be read, at a steady rate."
        },
        mixinStandardHelpOptions = true)
public final class TimelineBenchmarkCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--pending",
            defaultValue = "200000",
            description = "Pending impressions (default: ${DEFAULT-VALUE}).")
    private long pending = 200_000;

    @Option(
            names = "--impressions-per-user",
            defaultValue = "10",
            description = "Pending impressions of a user, on average (default: ${DEFAULT-VALUE}).")
    private double impressionsPerUser = 10;

    @Option(
            names = "--hot-share",
            defaultValue = "0",
            description = "Share of the events that one user makes (default: ${DEFAULT-VALUE}).")
    private double hotShare;

    @Option(
            names = "--seconds",
            defaultValue = "20",
            description = "Length of a measured phase (default: ${DEFAULT-VALUE}).")
    private int seconds = 20;

    @Option(
            names = "--fill-minutes",
            defaultValue = "10",
            description =
                    "Longest time to fill the state; a variant that is slower is measured with the"
                            + " state it has reached (default: ${DEFAULT-VALUE}).")
    private int fillMinutes = 10;

    @Option(
            names = "--rounds",
            defaultValue = "3",
            description = "Rounds; 0 for the latency alone (default: ${DEFAULT-VALUE}).")
    private int rounds = 3;

    @Option(
            names = "--latency-rate",
            paramLabel = "EVENTS_PER_SECOND",
            defaultValue = "1000",
            description =
                    "Rate at which the time from a label's maturity to its sample is measured, 0 to"
                            + " leave it out (default: ${DEFAULT-VALUE}).")
    private int latencyRate = 1_000;

    @Option(
            names = "--parallelism",
            defaultValue = "1",
            description = "Subtasks (default: ${DEFAULT-VALUE}).")
    private int parallelism = 1;

    @Option(
            names = "--managed-memory",
            defaultValue = "256",
            description = "RocksDB's memory a subtask, MiB (default: ${DEFAULT-VALUE}).")
    private int managedMebibytes = 256;

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "Seed of the events (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(names = "--json", description = "One JSON document on stdout and nothing else.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        PrintWriter err = spec.commandLine().getErr();
        if (rounds > 0) {
            err.println("do the variants make the same labels? ...");
            err.flush();
            err.println("they do: " + TimelineBenchmark.checkLabels(seed));
        }
        TimelineSummary summary =
                new TimelineBenchmark(
                                new Workload(pending, impressionsPerUser, hotShare, seed),
                                parallelism,
                                managedMebibytes * parallelism,
                                seconds,
                                fillMinutes,
                                rounds)
                        .measure(
                                latencyRate,
                                line -> {
                                    err.println(line);
                                    err.flush();
                                });
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(
                    new JsonMapper()
                            .writerWithDefaultPrettyPrinter()
                            .writeValueAsString(summary.asJson()));
        } else {
            summary.print(out);
        }
        return ExitStatus.DONE;
    }
}
