package io.tamor.quickstart.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tamor.quickstart.feed.FeedEvent;
import io.tamor.schemas.Click;
import io.tamor.schemas.Impression;
import io.tamor.schemas.Investment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class WealthAppTest {
    private static final long SEED = 20260302;
    private static final SimulatedRun RUN =
            new SimulatedRun(SimulatorOptions.forEvents(150_000, SEED));

    @Test
    void theSameSeedGivesTheSameEventsAndTruths() {
        SimulatorOptions options = SimulatorOptions.forEvents(8_000, 7);
        SimulatedRun first = new SimulatedRun(options);
        SimulatedRun second = new SimulatedRun(options);
        assertThat(second.events).isEqualTo(first.events);
        assertThat(second.truths).isEqualTo(first.truths);
        assertThat(new SimulatedRun(SimulatorOptions.forEvents(8_000, 8)).events)
                .isNotEqualTo(first.events);
    }

    @Test
    void aUsersEventsDoNotDependOnHowManyOthersThereAre() {
        SimulatorOptions few = options(10);
        SimulatorOptions many = options(60);
        assertThat(of(new SimulatedRun(few), "u0000003"))
                .isNotEmpty()
                .isEqualTo(of(new SimulatedRun(many), "u0000003"));
    }

    private static SimulatorOptions options(int users) {
        return new SimulatorOptions(5, users, SimulatorOptions.START, Duration.ofDays(14));
    }

    private static List<FeedEvent> of(SimulatedRun run, String user) {
        return run.events.stream().filter(event -> event.userId().equals(user)).toList();
    }

    @Test
    void aboutAsManyEventsComeAsWereAskedFor() {
        assertThat(RUN.events.size()).isBetween(135_000, 165_000);
    }

    @Test
    void eventsComeInOrderOfTimeAndIdsAreUnique() {
        assertThat(RUN.events).isSortedAccordingTo(Comparator.comparing(FeedEvent::eventTimeMs));
        Set<String> ids = new HashSet<>();
        for (FeedEvent event : RUN.events) {
            assertThat(ids.add(id(event))).as(id(event)).isTrue();
        }
    }

    private static String id(FeedEvent event) {
        return String.valueOf(
                event.record() instanceof Impression impression
                        ? impression.getImpressionId()
                        : event.record().get(0));
    }

    @Test
    void aClickFollowsItsImpression() {
        Map<String, Long> shown = new HashMap<>();
        for (FeedEvent event : RUN.events) {
            if (event.record() instanceof Impression impression) {
                shown.put(impression.getImpressionId(), event.eventTimeMs());
            } else if (event.record() instanceof Click click) {
                assertThat(event.eventTimeMs()).isGreaterThan(shown.get(click.getImpressionId()));
            }
        }
    }

    @Test
    void labelsComeAsOftenAsTheirTrueProbabilitiesSay() {
        exact("click", l -> l.click, Truth::click);
        exact("conversion", l -> l.conversion, Truth::conversion);
        exact("investment", l -> l.investment, Truth::investment);
        exact("large", l -> l.large, Truth::largeInvestment);
    }

    /** In all, and in each tenth by predicted probability: within four standard errors. */
    private static void exact(
            String task, Predicate<SimulatedRun.Labels> label, ToDoubleFunction<Truth> truth) {
        List<double[]> rows = rows(label, truth, l -> true);
        for (int tenth = -1; tenth < 10; tenth++) {
            List<double[]> part =
                    tenth < 0
                            ? rows
                            : rows.subList(
                                    rows.size() * tenth / 10, rows.size() * (tenth + 1) / 10);
            double expected = part.stream().mapToDouble(r -> r[0]).sum();
            double variance = part.stream().mapToDouble(r -> r[0] * (1 - r[0])).sum();
            double observed = part.stream().mapToDouble(r -> r[1]).sum();
            assertThat(observed)
                    .as("%s, tenth %d, seed %d", task, tenth, SEED)
                    .isCloseTo(expected, within(4 * Math.sqrt(variance) + 1));
        }
    }

    @Test
    void theUsersTotalIsKnownToAFewPercent() {
        List<double[]> rows = rows(l -> l.userTotal, Truth::userTotal, l -> l.firstOfDay);
        double expected = rows.stream().mapToDouble(r -> r[0]).sum();
        double observed = rows.stream().mapToDouble(r -> r[1]).sum();
        assertThat(observed / expected).isCloseTo(1, within(0.08));
    }

    private static List<double[]> rows(
            Predicate<SimulatedRun.Labels> label,
            ToDoubleFunction<Truth> truth,
            Predicate<SimulatedRun.Labels> use) {
        List<double[]> rows = new ArrayList<>();
        RUN.labels.forEach(
                (id, l) -> {
                    if (use.test(l)) {
                        rows.add(
                                new double[] {
                                    truth.applyAsDouble(RUN.truths.get(id)), label.test(l) ? 1 : 0
                                });
                    }
                });
        rows.sort(Comparator.comparingDouble(r -> r[0]));
        return rows;
    }

    @Test
    void clickRatesDifferByTierAndScenarioAndTheirOrderTurns() {
        double cashNone = rate(Tier.NONE, "cash");
        double cashHigh = rate(Tier.HIGH, "cash");
        double equityNone = rate(Tier.NONE, "equity");
        double equityHigh = rate(Tier.HIGH, "equity");
        assertThat(cashNone).isGreaterThan(1.4 * cashHigh);
        assertThat(equityHigh).isGreaterThan(1.8 * equityNone);
    }

    private static double rate(Tier tier, String scenario) {
        return RUN.labels.values().stream()
                .filter(l -> l.tier == tier && l.impression.getScenario().equals(scenario))
                .mapToInt(l -> l.click ? 1 : 0)
                .average()
                .orElseThrow();
    }

    @Test
    void usersMoveBetweenAllTiers() {
        Map<String, Set<Tier>> tiers = new HashMap<>();
        RUN.labels
                .values()
                .forEach(
                        l ->
                                tiers.computeIfAbsent(
                                                l.impression.getUserId(), user -> new HashSet<>())
                                        .add(l.tier));
        long movers = tiers.values().stream().filter(seen -> seen.size() > 1).count();
        assertThat(movers).isGreaterThan(tiers.size() / 4);
        assertThat(tiers.values().stream().anyMatch(seen -> seen.size() == 3)).isTrue();
    }

    @Test
    void everyScenarioHasItsOwnCards() {
        Map<String, Set<String>> cards = new HashMap<>();
        RUN.labels
                .values()
                .forEach(
                        l ->
                                cards.computeIfAbsent(
                                                l.impression.getScenario(), s -> new HashSet<>())
                                        .add(l.impression.getItemId()));
        assertThat(cards).hasSize(6);
        assertThat(cards.values()).allMatch(own -> own.size() == World.CARDS_PER_SCENARIO);
    }

    @Test
    void someInvestmentsLeaveTheirImpressionToAttribution() {
        List<Investment> ofCards =
                RUN.events.stream()
                        .filter(event -> event.record() instanceof Investment)
                        .map(event -> (Investment) event.record())
                        .filter(investment -> investment.getScenario() != null)
                        .toList();
        long anonymous = ofCards.stream().filter(i -> i.getImpressionId() == null).count();
        assertThat((double) anonymous / ofCards.size()).isBetween(0.15, 0.45);
    }

    @Test
    void nobodyRedeemsMoreThanTheyHold() {
        Map<String, Long> positions = new HashMap<>();
        for (FeedEvent event : RUN.events) {
            if (event.record() instanceof Investment investment) {
                long signed =
                        switch (investment.getDirection()) {
                            case SUBSCRIBE -> investment.getAmountMinor();
                            case REDEEM -> -investment.getAmountMinor();
                        };
                assertThat(positions.merge(event.userId(), signed, Long::sum)).isNotNegative();
            }
        }
    }
}
