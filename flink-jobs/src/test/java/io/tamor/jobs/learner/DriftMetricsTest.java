package io.tamor.jobs.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.TestingSamples;
import io.tamor.jobs.learner.logic.TestingStream;
import io.tamor.schemas.LearnerMetrics;
import io.tamor.schemas.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stream that drifts in one tier, as readers of the metrics topic see it. */
class DriftMetricsTest {
    private static final int DAYS = 14;
    private static final int TURNED = 8;
    private static final String DRIFTING = "high";
    private static final String ALL = "all";

    @TempDir Path folder;
    private Deployment deployment;

    @BeforeEach
    void prepare() {
        deployment = deployment("batch: 8,");
    }

    /** As confident as a stream so short allows. */
    private Deployment deployment(String learner) {
        return TestingSamples.deployment(
                folder,
                yaml ->
                        yaml.replace("batch: 64,", learner + " drift: {confidence: 0.05},")
                                .replace("learning_rate: 0.001", "learning_rate: 0.01"));
    }

    @Test
    void alarmsAreCountedInTheirTierAndInAll() throws Exception {
        try (TestingLearner learner = learned(drifting(), false)) {
            List<LearnerMetrics> last = last(learner.metrics);
            assertThat(losses(last, DRIFTING)).isPositive();
            assertThat(calibrations(last, DRIFTING)).isPositive();
            assertThat(losses(last, ALL)).isEqualTo(losses(last, DRIFTING));
            assertThat(calibrations(last, ALL)).isEqualTo(calibrations(last, DRIFTING));
            assertThat(losses(last, "low")).isZero();
        }
    }

    @Test
    void theyAreInRecordsSinceTheBeginningOverAllScenariosAlone() throws Exception {
        try (TestingLearner learner = learned(drifting(), false)) {
            assertThat(learner.metrics)
                    .allSatisfy(
                            metrics ->
                                    assertThat(metrics.getLossAlarms() != null)
                                            .isEqualTo(
                                                    metrics.getCumulative()
                                                            && metrics.getScenario().equals(ALL)));
        }
    }

    @Test
    void aSteadyStreamHasNone() throws Exception {
        try (TestingLearner learner = learned(stream(moment -> false), false)) {
            assertThat(losses(last(learner.metrics), ALL)).isZero();
            assertThat(calibrations(last(learner.metrics), ALL)).isZero();
        }
    }

    @Test
    void aRestoredLearnerSaysTheSame() throws Exception {
        try (TestingLearner learner = learned(drifting(), false);
                TestingLearner restored = learned(drifting(), true)) {
            assertThat(restored.metrics).isEqualTo(learner.metrics);
        }
    }

    @Test
    void thoseOfLearnersSideBySideAddUp() throws Exception {
        Deployment two = deployment("parallelism: 2, merge: {every: 6 h}, batch: 8,");
        try (TestingLearners learners = new TestingLearners(two)) {
            for (List<Sample> day : byDay(drifting())) {
                for (Sample sample : day) {
                    learners.take(sample);
                }
                learners.watermark(day.get(day.size() - 1).getMaturedAtMs());
                learners.checkpoint();
                learners.complete();
            }
            learners.end();
            List<LearnerMetrics> last = last(learners.metrics);
            assertThat(losses(last, DRIFTING)).isPositive();
            assertThat(losses(last, ALL) + calibrations(last, ALL))
                    .isEqualTo(
                            learners.replica(0).drift().alarms().total()
                                    + learners.replica(1).drift().alarms().total());
        }
    }

    /** With a checkpoint every day, from which the learner is restored if wanted. */
    private TestingLearner learned(List<Sample> samples, boolean restored) throws Exception {
        TestingLearner learner = new TestingLearner(deployment, new HashMapStateBackend());
        for (List<Sample> day : byDay(samples)) {
            for (Sample sample : day) {
                learner.take(sample);
            }
            learner.watermark(day.get(day.size() - 1).getMaturedAtMs());
            OperatorSubtaskState state = learner.checkpoint();
            if (restored) {
                learner.restore(state);
            }
        }
        learner.end();
        return learner;
    }

    /** From a day on the labels of one tier are turned round. */
    private List<Sample> drifting() {
        int tier = deployment.tiers().names().indexOf(DRIFTING);
        return stream(moment -> moment.day() >= TURNED && moment.tier() == tier);
    }

    private List<Sample> stream(Predicate<TestingStream.Moment> turned) {
        return TestingStream.of(deployment, DAYS, 3, moment -> true, turned);
    }

    private static List<List<Sample>> byDay(List<Sample> samples) {
        List<List<Sample>> days = new ArrayList<>();
        for (int from = 0; from < samples.size(); from += TestingStream.A_DAY) {
            days.add(samples.subList(from, from + TestingStream.A_DAY));
        }
        return days;
    }

    /** The last records since the beginning, over all scenarios. */
    private static List<LearnerMetrics> last(List<LearnerMetrics> all) {
        long samples = all.get(all.size() - 1).getSamples();
        return all.stream()
                .filter(m -> m.getCumulative() && m.getScenario().equals(ALL))
                .filter(m -> m.getSamples() == samples)
                .toList();
    }

    private static long losses(List<LearnerMetrics> records, String tier) {
        return records.stream()
                .filter(m -> m.getTier().equals(tier))
                .mapToLong(LearnerMetrics::getLossAlarms)
                .sum();
    }

    private static long calibrations(List<LearnerMetrics> records, String tier) {
        return records.stream()
                .filter(m -> m.getTier().equals(tier))
                .mapToLong(LearnerMetrics::getCalibrationAlarms)
                .sum();
    }
}
