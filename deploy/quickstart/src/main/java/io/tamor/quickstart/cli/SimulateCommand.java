package io.tamor.quickstart.cli;

import io.tamor.jobs.cli.ExitStatus;
import io.tamor.jobs.cli.UsageException;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.config.KafkaOptions;
import io.tamor.jobs.io.KafkaTopics;
import io.tamor.quickstart.feed.ArrivalFaults;
import io.tamor.quickstart.feed.Arrivals;
import io.tamor.quickstart.feed.CountingSink;
import io.tamor.quickstart.feed.FeedSink;
import io.tamor.quickstart.feed.FileFeedSink;
import io.tamor.quickstart.feed.KafkaFeedSink;
import io.tamor.quickstart.run.ProgressReporter;
import io.tamor.quickstart.simulator.LabelHorizons;
import io.tamor.quickstart.simulator.SimulatorOptions;
import io.tamor.quickstart.simulator.TruthFile;
import io.tamor.quickstart.simulator.WealthApp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Only the simulator's events, to a broker or to files. */
@Command(
        name = "simulate",
        description = {
            "Simulates the wealth app's events, to a Kafka broker or to Avro files, and writes the"
                    + " true probability of every label beside them."
        },
        mixinStandardHelpOptions = true)
final class SimulateCommand implements Callable<Integer> {

    @Option(
            names = "--events",
            required = true,
            paramLabel = "N",
            description = "About how many events.")
    private long events;

    @Option(names = "--seed", required = true, paramLabel = "S", description = "The seed.")
    private long seed;

    @ArgGroup(multiplicity = "1")
    private Target target = new Target();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "A deployment's YAML with the topics and label windows (default: the"
                            + " quickstart's own).")
    private @Nullable Path config;

    @Option(
            names = "--truth",
            paramLabel = "FILE",
            description =
                    "Where the true probabilities go (default: truth.csv.gz in --out, or in"
                            + " out/simulate).")
    private @Nullable Path truth;

    @Mixin private FaultOptions faults = new FaultOptions();

    /** Either of the two. */
    static final class Target {
        @Option(
                names = "--kafka",
                required = true,
                paramLabel = "BOOTSTRAP",
                description = "host:port of a broker; missing topics are created.")
        private @Nullable String kafka;

        @Option(
                names = "--out",
                required = true,
                paramLabel = "DIR",
                description = "Folder for one Avro container file a stream.")
        private @Nullable Path out;
    }

    @Override
    public Integer call() throws IOException {
        if (events < 1) {
            throw new UsageException("--events is at least 1, was " + events);
        }
        Deployment deployment =
                config == null
                        ? DeploymentReader.parse("quickstart.yaml", WealthApp.deployment())
                        : DeploymentReader.read(config);
        ArrivalFaults onTheWay = faults.of(deployment.eventTime().disorder(), seed);
        Path truthFile = truthFile();
        if (Files.isDirectory(truthFile)) {
            throw new UsageException("--truth: " + truthFile + " is a folder; give a file");
        }
        Path folder = truthFile.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Path part = truthFile.resolveSibling(truthFile.getFileName() + ".part");
        ProgressReporter progress = Terminal.ofStandardError().progress();
        // The truth of an earlier run stays until all events of this one are where they should be.
        try (ProgressReporter.Stage stage = progress.stage("events", events, "events");
                CountingSink sink =
                        new CountingSink(new Arrivals(onTheWay, sink(deployment)), stage::at);
                TruthFile truths = new TruthFile(part)) {
            new WealthApp(SimulatorOptions.forEvents(events, seed), LabelHorizons.of(deployment))
                    .run(sink, truths);
        }
        Files.move(part, truthFile, StandardCopyOption.REPLACE_EXISTING);
        progress.line("true probabilities: " + truthFile);
        return ExitStatus.DONE;
    }

    private Path truthFile() {
        if (truth != null) {
            return truth;
        }
        return (target.out == null ? Path.of("out", "simulate") : target.out)
                .resolve(TruthFile.NAME);
    }

    private FeedSink sink(Deployment deployment) {
        if (target.out != null) {
            return new FileFeedSink(target.out);
        }
        String bootstrap = target.kafka == null ? deployment.kafka().bootstrap() : target.kafka;
        Map<String, String> properties = deployment.kafka().properties();
        KafkaOptions kafka = new KafkaOptions(bootstrap, properties);
        try (KafkaTopics topics = new KafkaTopics(kafka)) {
            topics.createMissing(deployment);
        }
        return new KafkaFeedSink(kafka, deployment.topics());
    }
}
