package io.tamor.quickstart.run;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.io.CommittedRecords;
import io.tamor.jobs.io.KafkaTopics;
import io.tamor.jobs.learner.LearningJob;
import io.tamor.jobs.timeline.TimelineJob;
import io.tamor.jobs.training.SampleExport;
import io.tamor.jobs.training.SampleFolder;
import io.tamor.quickstart.broker.EmbeddedBroker;
import io.tamor.quickstart.cluster.LocalCluster;
import io.tamor.quickstart.feed.Arrivals;
import io.tamor.quickstart.feed.CountingSink;
import io.tamor.quickstart.feed.KafkaFeedSink;
import io.tamor.quickstart.feed.StreamRole;
import io.tamor.quickstart.report.ReportFiles;
import io.tamor.quickstart.report.RunFigures;
import io.tamor.quickstart.report.RunReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/**
 * The whole system on this machine: an embedded broker is fed, both jobs run to the end of what it
 * holds, the report is made of what they committed.
 */
public final class LocalRun {
    private static final double NANOS = 1e9;

    private final RunSource source;
    private final Options options;
    private final ProgressReporter progress;
    private final List<RunReport.Throughput> throughput = new ArrayList<>();

    /**
     * @param out folder for the results
     * @param network the model's type; null: the deployment's own
     * @param keepSamples copies the samples topic to files
     */
    public record Options(
            Path out, int parallelism, @Nullable String network, boolean keepSamples) {}

    public LocalRun(RunSource source, Options options, ProgressReporter progress) {
        this.source = source;
        this.options = options;
        this.progress = progress;
    }

    /** Runs; the report is also written to the output folder. */
    public RunReport run() {
        long startedNs = System.nanoTime();
        try (OutputFolder folder = OutputFolder.prepare(options.out());
                EmbeddedBroker broker = EmbeddedBroker.start(folder.work());
                LocalCluster cluster = LocalCluster.start(options.parallelism())) {
            Deployment deployment = deployment(folder, broker);
            progress.line("Kafka broker  " + broker.bootstrap());
            progress.line("Flink web UI  " + cluster.webUi());
            try (KafkaTopics topics = new KafkaTopics(deployment.kafka())) {
                topics.createMissing(deployment);
            }
            long fedFromNs = System.nanoTime();
            CountingSink sent = feed(deployment, folder);
            double eventSeconds = secondsSince(fedFromNs);

            StreamExecutionEnvironment timeline = LocalCluster.environment(deployment);
            TimelineJob.define(timeline, deployment, true);
            double timelineSeconds =
                    run(cluster, "timeline", timeline, records(deployment), "records");

            if (options.keepSamples()) {
                keepSamples(deployment, folder);
            }

            StreamExecutionEnvironment learner = LocalCluster.environment(deployment);
            LearningJob.define(learner, deployment, true);
            double learnerSeconds =
                    run(
                            cluster,
                            "learner",
                            learner,
                            new CommittedRecords(deployment.kafka())
                                    .count(deployment.topics().samples()),
                            "samples");

            RunReport report =
                    new RunFigures(deployment, source.truthFile(folder.root()))
                            .report(
                                    new RunReport.Run(
                                            source.name(),
                                            deployment.name(),
                                            source.seed(),
                                            options.parallelism(),
                                            deployment.tasks().stream().map(t -> t.name()).toList(),
                                            deployment.tiers().names(),
                                            source.currency()),
                                    sent.impressionCount(),
                                    source.referenceAuc(),
                                    throughput,
                                    new RunReport.Seconds(
                                            secondsSince(startedNs),
                                            timelineSeconds,
                                            learnerSeconds,
                                            eventSeconds));
            ReportFiles.write(report, folder.reportJson(), folder.reportHtml());
            progress.line("report        " + folder.reportHtml());
            return report;
        }
    }

    private Deployment deployment(OutputFolder folder, EmbeddedBroker broker) {
        DeploymentTemplate template =
                new DeploymentTemplate(source.deployment())
                        .broker(broker.bootstrap())
                        .folders(folder.snapshots(), folder.work().resolve("checkpoints"))
                        .parallelism(options.parallelism());
        if (options.network() != null) {
            template.network(options.network());
        }
        return template.write(folder.deploymentFile());
    }

    private CountingSink feed(Deployment deployment, OutputFolder folder) {
        try (ProgressReporter.Stage stage =
                        progress.stage("events", source.expectedEvents(), "events");
                CountingSink sent =
                        new CountingSink(
                                new Arrivals(
                                        source.faults(deployment),
                                        new KafkaFeedSink(deployment.kafka(), deployment.topics())),
                                stage::at)) {
            source.feed(deployment, folder.root(), sent);
            return sent;
        }
    }

    private void keepSamples(Deployment deployment, OutputFolder folder) {
        try {
            SampleExport.run(
                    deployment, new SampleFolder(folder.samples()), Long.MIN_VALUE, Long.MAX_VALUE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        progress.line("samples       " + folder.samples());
    }

    /** What the timeline has to read: events, those sent twice, and noise. */
    private static long records(Deployment deployment) {
        CommittedRecords topics = new CommittedRecords(deployment.kafka());
        long count = 0;
        for (StreamRole stream : StreamRole.values()) {
            count += topics.count(stream.topic(deployment.topics()));
        }
        return count;
    }

    private double run(
            LocalCluster cluster,
            String name,
            StreamExecutionEnvironment job,
            long expectedCount,
            String unit) {
        long startedNs = System.nanoTime();
        try (ProgressReporter.Stage stage = progress.stage(name, expectedCount, unit)) {
            cluster.run(
                    name,
                    job,
                    records -> {
                        stage.at(records);
                        throughput.add(
                                new RunReport.Throughput(name, secondsSince(startedNs), records));
                    });
            stage.at(expectedCount); // a bounded job ends when it has read everything
            throughput.add(new RunReport.Throughput(name, secondsSince(startedNs), expectedCount));
        }
        return secondsSince(startedNs);
    }

    private static double secondsSince(long startedNs) {
        return Math.round((System.nanoTime() - startedNs) / NANOS * 1000) / 1000.0;
    }
}
