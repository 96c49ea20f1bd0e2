package io.tamor.quickstart.simulator;

import io.tamor.quickstart.feed.FeedEvent;
import io.tamor.quickstart.feed.FeedSink;
import io.tamor.schemas.Click;
import io.tamor.schemas.Conversion;
import io.tamor.schemas.Direction;
import io.tamor.schemas.Impression;
import io.tamor.schemas.Investment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A simulation's events with labels worked out by a plain scan, and the truth beside them. */
final class SimulatedRun {
    static final LabelHorizons HORIZONS =
            new LabelHorizons(
                    Duration.ofMinutes(15).toMillis(),
                    Duration.ofDays(1).toMillis(),
                    Duration.ofDays(3).toMillis(),
                    Duration.ofDays(7).toMillis(),
                    10_000,
                    20_000);

    final List<FeedEvent> events = new ArrayList<>();
    final Map<String, Truth> truths = new LinkedHashMap<>();
    final Map<String, Labels> labels = new LinkedHashMap<>();

    static final class Labels {
        Impression impression;
        Tier tier;
        boolean firstOfDay;
        boolean click;
        boolean conversion;
        boolean investment;
        boolean large;
        boolean userTotal;
    }

    SimulatedRun(SimulatorOptions options) {
        FeedSink sink =
                new FeedSink() {
                    @Override
                    public void accept(FeedEvent event) {
                        events.add(event);
                    }

                    @Override
                    public void close() {}
                };
        new WealthApp(options, HORIZONS)
                .run(sink, truth -> truths.put(truth.impressionId(), truth));
        label();
    }

    private void label() {
        Map<String, Long> positions = new HashMap<>();
        Map<String, List<Investment>> investments = new HashMap<>();
        Map<String, Map<String, String>> lastClicks = new HashMap<>();
        Set<String> days = new HashSet<>();
        for (FeedEvent event : events) {
            if (event.record() instanceof Impression impression) {
                Labels l = new Labels();
                l.impression = impression;
                l.tier = Tier.of(positions.getOrDefault(event.userId(), 0L));
                l.firstOfDay = days.add(event.userId() + event.eventTimeMs() / 86_400_000L);
                labels.put(impression.getImpressionId(), l);
            } else if (event.record() instanceof Click click) {
                Labels l = labels.get(click.getImpressionId());
                l.click |= within(l, event, HORIZONS.clickMs());
                lastClicks
                        .computeIfAbsent(event.userId(), user -> new HashMap<>())
                        .put(click.getScenario(), click.getImpressionId());
            } else if (event.record() instanceof Conversion conversion) {
                Labels l = labels.get(conversion.getImpressionId());
                l.conversion |= within(l, event, HORIZONS.conversionMs());
            } else if (event.record() instanceof Investment investment) {
                move(investment, positions, investments);
                String id = investment.getImpressionId();
                if (id == null && investment.getScenario() != null) {
                    id = lastClicks.get(event.userId()).get(investment.getScenario());
                }
                if (id != null && within(labels.get(id), event, HORIZONS.investmentMs())) {
                    labels.get(id).investment = true;
                    labels.get(id).large |= investment.getAmountMinor() > HORIZONS.largeMinor();
                }
            }
        }
        for (Labels l : labels.values()) {
            long from = l.impression.getEventTimeMs();
            long total =
                    investments.getOrDefault(l.impression.getUserId(), List.of()).stream()
                            .filter(i -> i.getEventTimeMs() > from)
                            .filter(i -> i.getEventTimeMs() <= from + HORIZONS.totalMs())
                            .mapToLong(Investment::getAmountMinor)
                            .sum();
            l.userTotal = total > HORIZONS.totalMinor();
        }
    }

    private static void move(
            Investment investment,
            Map<String, Long> positions,
            Map<String, List<Investment>> investments) {
        boolean in = investment.getDirection() == Direction.SUBSCRIBE;
        positions.merge(
                investment.getUserId(),
                in ? investment.getAmountMinor() : -investment.getAmountMinor(),
                Long::sum);
        if (in) {
            investments
                    .computeIfAbsent(investment.getUserId(), user -> new ArrayList<>())
                    .add(investment);
        }
    }

    private static boolean within(Labels l, FeedEvent event, long windowMs) {
        return event.eventTimeMs() - l.impression.getEventTimeMs() <= windowMs;
    }
}
