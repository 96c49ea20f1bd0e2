package io.tamor.quickstart.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.io.CommittedRecords;
import io.tamor.jobs.verify.SampleVerification;
import io.tamor.jobs.verify.VerifiedSamples;
import io.tamor.schemas.SnapshotAnnouncement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes the report from what is committed on the deployment's topics, not from what the jobs say
 * of themselves, and checks what must hold of every run.
 */
public final class RunFigures {
    private static final Logger LOG = LoggerFactory.getLogger(RunFigures.class);

    private final Deployment deployment;
    private final @Nullable Path truth;
    private final CommittedRecords topics;

    /** {@code truth}: file of the true probabilities, null where nobody knows them. */
    public RunFigures(Deployment deployment, @Nullable Path truth) {
        this.deployment = deployment;
        this.truth = truth;
        this.topics = new CommittedRecords(deployment.kafka());
    }

    /** Reads all topics; {@code sentImpressions} is how many distinct ones the source sent. */
    public RunReport report(
            RunReport.Run run,
            long sentImpressions,
            Map<String, Double> referenceAuc,
            List<RunReport.Throughput> throughput,
            RunReport.Seconds seconds) {
        EventCensus events = new EventCensus(topics, deployment);
        RejectionCensus rejections = new RejectionCensus(topics, deployment);
        QualityCensus quality = new QualityCensus(topics, deployment);
        Oracle oracle = truth == null ? null : new Oracle(deployment, truth);
        SampleCensus samples = new SampleCensus(topics, deployment, oracle, quality.windowStarts());
        List<SnapshotAnnouncement> announced = announced();

        Set<String> rejected = new HashSet<>(rejections.impressionIds());
        rejected.removeAll(samples.accepted());
        RunReport.Timeline timeline =
                new RunReport.Timeline(
                        samples.lastStageCount(),
                        samples.pending().size(),
                        rejections.byCause(),
                        samples.labels(),
                        samples.amountMinor(),
                        rejected.size(),
                        samples.emittedCount());
        RunReport.Learner learner =
                new RunReport.Learner(
                        network(),
                        quality.samples(),
                        quality.steps(),
                        quality.droppedSteps(),
                        quality.cumulative(oracle, referenceAuc),
                        quality.windows(oracle));
        List<RunReport.Check> checks = new ArrayList<>();
        checks.add(identity(sentImpressions, events.impressionIds().size(), timeline));
        checks.add(verification());
        checks.addAll(new SnapshotChecks(deployment.snapshots().keep()).of(announced));
        return new RunReport(
                run,
                events.totals(),
                timeline,
                learner,
                new VersionCensus(deployment.snapshots().directory()).of(announced),
                seconds,
                checks,
                events.days(),
                samples.maturity(),
                List.copyOf(throughput));
    }

    private static RunReport.Check identity(long sent, long found, RunReport.Timeline timeline) {
        long accounted = timeline.samples() + timeline.pending() + timeline.rejectedImpressions();
        return new RunReport.Check(
                "every impression is accounted for",
                sent == found && found == accounted,
                String.format(
                        Locale.ROOT,
                        "%d sent, %d on the topic = %d samples + %d pending + %d rejected",
                        sent,
                        found,
                        timeline.samples(),
                        timeline.pending(),
                        timeline.rejectedImpressions()));
    }

    private RunReport.Check verification() {
        VerifiedSamples verified =
                new SampleVerification(deployment)
                        .run(
                                SampleVerification.Request.OF_A_BOUNDED_RUN,
                                difference -> LOG.error("{}", difference));
        return new RunReport.Check(
                "the samples are an independent oracle's",
                verified.held(),
                String.format(
                        Locale.ROOT,
                        "verified: %d samples, %d differences",
                        verified.samples(),
                        verified.differences()));
    }

    private String network() {
        try {
            JsonNode model = new ObjectMapper().readTree(deployment.model());
            return model.path("network").asText();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<SnapshotAnnouncement> announced() {
        List<SnapshotAnnouncement> found = new ArrayList<>();
        topics.decoded(deployment.topics().snapshots(), SnapshotAnnouncement.class, found::add);
        return found;
    }
}
