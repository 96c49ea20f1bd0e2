package io.tamor.quickstart.run;

import io.tamor.jobs.config.Deployment;
import io.tamor.quickstart.feed.ArrivalFaults;
import io.tamor.quickstart.feed.FeedSink;
import io.tamor.quickstart.simulator.LabelHorizons;
import io.tamor.quickstart.simulator.SimulatorOptions;
import io.tamor.quickstart.simulator.TruthFile;
import io.tamor.quickstart.simulator.WealthApp;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** The simulated wealth app, with a little of everything that goes wrong on the way. */
public record SimulatorSource(long expectedEvents, long seed) implements RunSource {
    private static final double DUPLICATES = 0.01;
    private static final double ORPHANS = 0.004;
    private static final double UNDECODABLE = 0.001;

    @Override
    public String name() {
        return "simulator";
    }

    @Override
    public String deployment() {
        return WealthApp.deployment();
    }

    @Override
    public String currency() {
        return "¥";
    }

    @Override
    public Map<String, Double> referenceAuc() {
        return Map.of();
    }

    @Override
    public ArrivalFaults faults(Deployment deployment) {
        return defaultFaults(deployment.eventTime().disorder(), seed);
    }

    /** Disorder as allowed, one percent sent twice, a few orphans and unreadable bytes. */
    public static ArrivalFaults defaultFaults(Duration disorder, long seed) {
        return new ArrivalFaults(disorder, DUPLICATES, ORPHANS, UNDECODABLE, 0, seed);
    }

    @Override
    public Path truthFile(Path out) {
        return out.resolve(TruthFile.NAME);
    }

    @Override
    public void feed(Deployment deployment, Path out, FeedSink into) {
        try (TruthFile truth = new TruthFile(truthFile(out))) {
            new WealthApp(
                            SimulatorOptions.forEvents(expectedEvents, seed),
                            LabelHorizons.of(deployment))
                    .run(into, truth);
        }
    }
}
