package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.AggregateOptions.Events;
import io.tamor.jobs.config.AggregateOptions.Same;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.EventWire;
import io.tamor.jobs.timeline.logic.Population;
import io.tamor.jobs.timeline.logic.PopulationEvent;
import io.tamor.jobs.timeline.logic.PopulationRules;
import io.tamor.jobs.timeline.logic.PopulationState;
import io.tamor.jobs.timeline.logic.RawEvent;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the stages over all users make of another configuration, another order, and silence. */
final class PopulationChangesTest {
    private static final long T = 1_600_000_000_000L;
    private static final long DAY = 24 * 60 * 60_000L;
    private static final Deployment TWO_STAGES =
            with(
                    "function: count, of: impressions, over: 1 d, same: item",
                    "function: count, of: impressions, over: 1 d, same: scenario");
    private static final long OUTAGE = TWO_STAGES.eventTime().outage().toMillis();

    private static Deployment with(String... features) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < features.length; i++) {
            lines.append("  - {name: all_")
                    .append(i)
                    .append(", side: item, type: dense, aggregate: {users: all, ")
                    .append(features[i])
                    .append("}}\n");
        }
        return DeploymentReader.parse(
                "deployment.yaml",
                TestingDeployments.text().replace("tasks:\n", lines + "tasks:\n"));
    }

    @Test
    void anImpressionToldUnderOtherFeaturesIsNotToldMore() throws Exception {
        Population former =
                new Population(
                        with("function: count, of: clicks, over: 1 d, same: item")
                                .sampleSchema()
                                .fingerprint(),
                        new double[] {7});
        PopulationRules rules =
                new PopulationRules(
                        with(
                                "function: sum, of: investments, over: 1 d, same: item",
                                "function: count, of: clicks, over: 1 d, same: scenario"),
                        Same.SCENARIO);
        RawEvent told = told(rules, "fund", new PopulationState(), impression("i", T).told(former));
        assertThat(told.population()).isEqualTo(former);
    }

    /** Told by the second stage alone: it waited there before there was a first one. */
    @Test
    void whatNoStageToldIsTheValueOfNothing() throws Exception {
        PopulationRules rules =
                new PopulationRules(
                        with(
                                "function: rate, of: clicks, per: impressions, over: 1 d, same:"
                                        + " item, smoothing: {rate: 0.25, weight: 4}",
                                "function: time-since, of: clicks, over: 1 d, same: item",
                                "function: count, of: clicks, over: 1 d, same: scenario"),
                        Same.SCENARIO);
        RawEvent told = told(rules, "fund", new PopulationState(), impression("i", T));
        assertThat(told.population().values()).containsExactly(0.25, 24, 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whichOfTwoCopiesCountsDoesNotDependOnTheirArrival(boolean reversed) throws Exception {
        PopulationRules rules =
                new PopulationRules(
                        with("function: sum, of: investments, over: 1 d, same: item"), Same.ITEM);
        PopulationState state = new PopulationState();
        PopulationEvent less = new PopulationEvent("", Events.INVESTMENTS, T, "v", 0, 100, null);
        PopulationEvent more = new PopulationEvent("", Events.INVESTMENTS, T, "v", 0, 200, null);
        rules.apply(
                "item", state, reversed ? List.of(more, less) : List.of(less, more), told -> {});
        RawEvent told = told(rules, "item", state, impression("i", T + 1));
        assertThat(told.population().values()).containsExactly(1);
    }

    @Test
    void aGroupThatLivesLongerAfterAChangeGoesInTheEnd() throws Exception {
        Deployment shorter = with("function: count, of: impressions, over: 1 d, same: item");
        Deployment longer = with("function: count, of: impressions, over: 5 d, same: item");
        TestingPopulationStage before = new TestingPopulationStage(shorter, Same.ITEM, false);
        before.start(1, null, 0);
        before.feed(impression("i", T));
        before.watermark(EventKind.IMPRESSION, T + 60_000);
        OperatorSubtaskState state = before.stopped(1);
        TestingPopulationStage after = new TestingPopulationStage(longer, Same.ITEM, false);
        after.start(1, state, 1);
        after.watermark(EventKind.IMPRESSION, T + 4 * DAY);
        assertThat(after.groups()).isOne();
        after.watermark(EventKind.IMPRESSION, T + 7 * DAY);
        assertThat(after.groups()).isZero();
        assertThat(after.timers()).isZero();
        after.stop();
    }

    @Test
    void theFirstStageHoldsASilentTopicAndTheSecondDoesNotHoldItAgain() throws Exception {
        TestingPopulationStage first = new TestingPopulationStage(TWO_STAGES, Same.ITEM, false);
        first.start(1, null, 0);
        first.status(EventKind.IMPRESSION, true);
        first.processingTime(OUTAGE - 1);
        assertThat(first.idle()).isFalse();
        first.processingTime(OUTAGE);
        assertThat(first.idle()).isTrue();
        first.status(EventKind.IMPRESSION, false);
        assertThat(first.idle()).isFalse();
        first.stop();
        TestingPopulationStage second =
                new TestingPopulationStage(TWO_STAGES, Same.SCENARIO, false);
        second.start(1, null, 0);
        second.status(EventKind.IMPRESSION, true);
        assertThat(second.idle()).isTrue();
        second.status(EventKind.IMPRESSION, false);
        assertThat(second.idle()).isFalse();
        second.stop();
    }

    @Test
    void usersDoNotHoldImpressionsAgainThatAStageHeld() throws Exception {
        try (TestingTimeline timeline = new TestingTimeline(TWO_STAGES, false, 1)) {
            timeline.processingTime(1000);
            timeline.feed(impression("i", T));
            timeline.watermarks(T + 1000);
            timeline.status(EventKind.IMPRESSION, true);
            for (EventKind kind : EventKind.values()) {
                if (kind != EventKind.IMPRESSION) {
                    timeline.watermark(kind, T + 30 * 60_000);
                }
            }
            assertThat(timeline.samples).hasSize(1);
        }
    }

    private static RawEvent impression(String id, long timeMs) {
        return TestingEvent.impression(id, "user", timeMs, "item", "fund", null).raw(0);
    }

    private static RawEvent told(
            PopulationRules rules, String group, PopulationState state, RawEvent impression)
            throws Exception {
        List<RawEvent> told = new ArrayList<>();
        PopulationEvent event = rules.event(new EventWire().decodeAgain(impression)).underKey();
        rules.apply(group, state, List.of(event), told::add);
        assertThat(told).hasSize(1);
        return told.get(0);
    }
}
