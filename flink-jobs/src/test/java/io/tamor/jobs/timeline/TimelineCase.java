package io.tamor.jobs.timeline;

import io.tamor.jobs.config.AggregateOptions;
import io.tamor.jobs.config.AttributionOptions;
import io.tamor.jobs.config.CorrectionOptions;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.FeatureOptions;
import io.tamor.jobs.config.FeatureSource;
import io.tamor.jobs.config.LabelSetOptions;
import io.tamor.jobs.config.MatchingOptions;
import io.tamor.jobs.config.TaskOptions;
import io.tamor.jobs.config.TierOptions;
import io.tamor.jobs.config.TimelineOptions;
import io.tamor.jobs.timeline.logic.EventKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A random case: a deployment with any rule, and events of a few users on a coarse grid of times,
 * so that ties, deadlines hit to the millisecond, orphans, repeats and overflows are common.
 */
record TimelineCase(long seed, Deployment deployment, List<TestingEvent> events) {
    private static final long START = 1_600_000_200_000L;

    /** The first day that there is. */
    private static final long FIRST_START = 1;

    private static final long STEP = 300_000L;
    private static final long HOUR = 3_600_000L;
    private static final String[] ITEMS = {"a", "b", "c"};
    private static final String[] SCENARIOS = {"fund", "insurance"};
    private static final String[] TIERS = {"none", "low", "high"};

    static TimelineCase of(long seed) {
        Random random = new Random(seed);
        Deployment deployment = deployment(random);
        List<TestingEvent> events = new ArrayList<>();
        int users = 1 + random.nextInt(4);
        for (int u = 0; u < users; u++) {
            user(random, "user-" + u, seed % 8 == 5 ? FIRST_START : START, events);
        }
        int copies = random.nextInt(1 + events.size() / 8);
        for (int i = 0; i < copies; i++) {
            TestingEvent event = events.get(random.nextInt(events.size()));
            events.add(retried(random, event));
        }
        return new TimelineCase(seed, deployment, events);
    }

    /** A producer's retry; of a careless one it claims another time, or another amount. */
    private static TestingEvent retried(Random random, TestingEvent event) {
        return switch (random.nextInt(4)) {
            case 0 -> event.at(event.timeMs() + HOUR);
            case 1 -> event.kind() == EventKind.INVESTMENT ? event.amounting(7) : event;
            default -> event;
        };
    }

    private static void user(Random random, String user, long startMs, List<TestingEvent> events) {
        int count = 5 + random.nextInt(40);
        long span = (1 + random.nextInt(8)) * 24L * HOUR / STEP;
        List<TestingEvent> impressions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String id = user + "-" + i;
            long time = startMs + random.nextLong(span) * STEP;
            int kind = random.nextInt(10);
            if (kind < 4 || impressions.isEmpty()) {
                Long validUntil = random.nextInt(3) == 0 ? time + random.nextInt(400) * STEP : null;
                TestingEvent impression =
                        TestingEvent.impression(
                                        id,
                                        user,
                                        time,
                                        pick(random, ITEMS),
                                        pick(random, SCENARIOS),
                                        validUntil)
                                .with(
                                        Map.of(
                                                "tier",
                                                pick(random, TIERS),
                                                "tags",
                                                pick(random, new String[] {"", "x", "x|y", "|z|"}),
                                                TestingEvent.REQUEST,
                                                pick(random, new String[] {"", "r", "q"})),
                                        random.nextBoolean()
                                                ? Map.of("price", random.nextInt(100) / 4.0)
                                                : Map.of());
                impressions.add(impression);
                events.add(impression);
                continue;
            }
            TestingEvent near = impressions.get(random.nextInt(impressions.size()));
            if (random.nextInt(5) > 0) {
                time = near.timeMs() + random.nextInt(random.nextBoolean() ? 4 : 200) * STEP;
            }
            String named =
                    random.nextInt(3) == 0 ? null : random.nextInt(8) == 0 ? "nobody" : near.id();
            String scenario = random.nextInt(3) == 0 ? null : pick(random, SCENARIOS);
            if (kind < 7) {
                events.add(
                        TestingEvent.outcome(
                                kind < 6 ? EventKind.CLICK : EventKind.CONVERSION,
                                id,
                                user,
                                time,
                                named,
                                random.nextInt(8) == 0 ? "d" : near.item(),
                                scenario));
            } else {
                events.add(
                        TestingEvent.investment(
                                        id,
                                        user,
                                        time,
                                        random.nextInt(4) == 0 ? named : null,
                                        scenario,
                                        random.nextInt(3) == 0,
                                        1 + random.nextInt(20_000))
                                .ofItem(random.nextBoolean() ? null : near.item()));
            }
        }
    }

    private static Deployment deployment(Random random) {
        Deployment base = TestingDeployments.example();
        List<TaskOptions> tasks = new ArrayList<>();
        for (TaskOptions.Label label : TaskOptions.Label.values()) {
            if (random.nextInt(6) > 0) {
                tasks.add(task(random, label, ""));
            }
            if (random.nextInt(8) == 0) {
                tasks.add(task(random, label, "_again"));
            }
        }
        if (tasks.isEmpty()) {
            tasks.add(task(random, TaskOptions.Label.CLICK, ""));
        }
        TimelineOptions timeline =
                new TimelineOptions(
                        pick(random, TimelineOptions.Emit.values()),
                        new MatchingOptions(
                                pick(random, MatchingOptions.By.values()), random.nextBoolean()),
                        null,
                        labelSets(random),
                        random.nextBoolean() ? null : new CorrectionOptions(window(random)),
                        random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 1000,
                        random.nextInt(3) == 0 ? 1 + random.nextInt(2) : 100,
                        random.nextBoolean() ? window(random) : null);
        TierOptions tiers =
                random.nextBoolean() ? base.tiers() : new TierOptions("tier", base.tiers().bands());
        return TestingDeployments.with(base, timeline, tasks, tiers, features(random));
    }

    private static List<LabelSetOptions> labelSets(Random random) {
        List<LabelSetOptions> sets = new ArrayList<>();
        for (int left = random.nextInt(3); left >= 0; left--) {
            sets.add(
                    new LabelSetOptions(
                            "set-" + sets.size(),
                            new AttributionOptions(
                                    pick(random, AttributionOptions.Rule.values()),
                                    pick(random, AttributionOptions.Scope.values()),
                                    window(random)),
                            pick(random, LabelSetOptions.Redemptions.values())));
        }
        return sets;
    }

    private static TaskOptions task(Random random, TaskOptions.Label label, String suffix) {
        boolean threshold =
                label == TaskOptions.Label.LARGE_INVESTMENT
                        || label == TaskOptions.Label.USER_TOTAL;
        return new TaskOptions(
                label.name().toLowerCase(java.util.Locale.ROOT) + suffix,
                label,
                TaskOptions.Kind.COMMON,
                window(random),
                threshold ? random.nextInt(15_000) : 0,
                random.nextInt(4) == 0 ? List.of(pick(random, SCENARIOS)) : List.of(),
                1);
    }

    private static Duration window(Random random) {
        return pick(
                random,
                new Duration[] {
                    Duration.ofMinutes(15),
                    Duration.ofHours(1),
                    Duration.ofHours(6),
                    Duration.ofDays(1),
                    Duration.ofDays(2)
                });
    }

    private static List<FeatureOptions> features(Random random) {
        List<FeatureOptions> features = new ArrayList<>();
        for (String from :
                List.of(
                        "attribute.tags",
                        "measure.price",
                        "item",
                        "scenario",
                        "tier",
                        "hour-of-day")) {
            features.add(
                    new FeatureOptions(
                            "c" + features.size(),
                            from.startsWith("item") || from.startsWith("scenario")
                                    ? FeatureOptions.Side.ITEM
                                    : FeatureOptions.Side.USER,
                            FeatureOptions.Type.CATEGORICAL,
                            100,
                            4,
                            FeatureSource.parse(from),
                            null,
                            FeatureOptions.Transform.NONE));
        }
        for (String from : List.of("position", "time-in-tier", "measure.price", "day-of-week")) {
            features.add(dense(random, features.size(), FeatureSource.parse(from), null));
        }
        for (AggregateOptions.Function function : AggregateOptions.Function.values()) {
            features.add(dense(random, features.size(), null, aggregate(random, function, false)));
        }
        while (random.nextBoolean()) {
            AggregateOptions.Function function = pick(random, AggregateOptions.Function.values());
            features.add(dense(random, features.size(), null, aggregate(random, function, true)));
        }
        return features;
    }

    private static AggregateOptions aggregate(
            Random random, AggregateOptions.Function function, boolean all) {
        boolean rate = function == AggregateOptions.Function.RATE;
        Duration over = random.nextInt(4) == 0 ? Duration.ofDays(4) : window(random);
        AggregateOptions.Same same = pick(random, AggregateOptions.Same.values());
        if (all && same == AggregateOptions.Same.ANY) {
            same = AggregateOptions.Same.ITEM;
        }
        return new AggregateOptions(
                function,
                pick(random, AggregateOptions.Events.values()),
                rate ? pick(random, AggregateOptions.Events.values()) : null,
                over,
                same,
                function.exact() || random.nextBoolean()
                        ? null
                        : over.dividedBy(1 + random.nextInt(5)),
                same == AggregateOptions.Same.SCENARIO || random.nextInt(3) > 0
                        ? null
                        : pick(random, SCENARIOS),
                rate && random.nextBoolean()
                        ? new AggregateOptions.Smoothing(random.nextDouble(), 1 + random.nextInt(9))
                        : null,
                all ? AggregateOptions.Users.ALL : AggregateOptions.Users.OWN);
    }

    private static FeatureOptions dense(
            Random random, int number, FeatureSource from, AggregateOptions aggregate) {
        boolean ofUser =
                from != null
                        || (aggregate != null && aggregate.same() == AggregateOptions.Same.ANY);
        return new FeatureOptions(
                "d" + number,
                ofUser && random.nextBoolean()
                        ? FeatureOptions.Side.USER
                        : FeatureOptions.Side.ITEM,
                FeatureOptions.Type.DENSE,
                0,
                0,
                from,
                aggregate,
                pick(random, FeatureOptions.Transform.values()));
    }

    private static <T> T pick(Random random, T[] values) {
        return values[random.nextInt(values.length)];
    }

    /** Whether a feature is over all users. */
    boolean countsAllUsers() {
        return deployment.features().stream()
                .map(FeatureOptions::aggregate)
                .anyMatch(a -> a != null && a.users() == AggregateOptions.Users.ALL);
    }

    /**
     * The earliest impression of the user's request where the given one is frozen with it, else the
     * impression itself.
     */
    TestingEvent firstOfRequest(TestingEvent impression) {
        Duration window = deployment.timeline().freezeRequests();
        String request = impression.attributes().get(TestingEvent.REQUEST);
        if (window == null || request.isEmpty()) {
            return impression;
        }
        TestingEvent first =
                events.stream()
                        .filter(e -> e.kind() == EventKind.IMPRESSION)
                        .filter(e -> e.user().equals(impression.user()))
                        .filter(e -> request.equals(e.attributes().get(TestingEvent.REQUEST)))
                        .min(
                                Comparator.comparingLong(TestingEvent::timeMs)
                                        .thenComparing(TestingEvent::id))
                        .orElse(impression);
        return impression.timeMs() - first.timeMs() <= window.toMillis() ? first : impression;
    }

    /** The events in a random order of arrival in which none is later than the disorder. */
    List<TestingEvent> arrivals(Random random, long disorderMs) {
        record Arrival(long at, TestingEvent event) {}
        List<Arrival> arrivals = new ArrayList<>();
        for (TestingEvent event : events) {
            arrivals.add(new Arrival(event.timeMs() + random.nextLong(disorderMs + 1), event));
        }
        arrivals.sort(Comparator.comparingLong(Arrival::at));
        return arrivals.stream().map(Arrival::event).toList();
    }
}
