package io.tamor.quickstart.cli;

import io.tamor.quickstart.feed.ArrivalFaults;
import io.tamor.quickstart.run.SimulatorSource;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What goes wrong between the phones and the broker, on the command line. */
final class FaultOptions {
    @Option(
            names = "--disorder",
            paramLabel = "SECONDS",
            description =
                    "Event time by which an event may arrive behind (default: what the deployment"
                            + " allows).")
    private @Nullable Long disorder;

    @Option(
            names = "--duplicates",
            paramLabel = "SHARE",
            description = "Share of events sent twice (default: 0.01).")
    private @Nullable Double duplicates;

    @Option(
            names = "--orphans",
            paramLabel = "SHARE",
            description =
                    "Share of clicks and conversions followed by one without an impression (default:"
                            + " 0.004).")
    private @Nullable Double orphans;

    @Option(
            names = "--undecodable",
            paramLabel = "SHARE",
            description = "Share of events followed by bytes nobody can read (default: 0.001).")
    private @Nullable Double undecodable;

    @Option(
            names = "--late",
            paramLabel = "SHARE",
            description = "Share of events two to four times the disorder behind (default: 0).")
    private @Nullable Double late;

    ArrivalFaults of(Duration allowed, long seed) {
        ArrivalFaults usual =
                SimulatorSource.defaultFaults(
                        disorder == null ? allowed : Duration.ofSeconds(disorder), seed);
        return new ArrivalFaults(
                usual.disorder(),
                or(duplicates, usual.duplicates()),
                or(orphans, usual.orphans()),
                or(undecodable, usual.undecodable()),
                or(late, usual.late()),
                seed);
    }

    private static double or(@Nullable Double given, double usual) {
        return given == null ? usual : given;
    }
}
