package io.tamor.quickstart.simulator;

import io.tamor.quickstart.feed.FeedEvent;
import io.tamor.quickstart.feed.FeedSink;
import io.tamor.schemas.Click;
import io.tamor.schemas.Conversion;
import io.tamor.schemas.Direction;
import io.tamor.schemas.Impression;
import io.tamor.schemas.Investment;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * A simulated wealth-management app. {@link #run} hands out its events in event-time order and the
 * truth of each impression beside them. Memory: the users, and what they have still to do.
 */
public final class WealthApp {
    private static final double DAY_MS = 86_400_000.0;
    private static final long OPENING_MS = 3_600_000L;
    private static final double REDEMPTIONS_PER_DAY = 0.05;

    /** Share of attributable investments that do not say which card they came from. */
    private static final double ANONYMOUS = 0.4;

    private final SimulatorOptions options;
    private final LabelHorizons horizons;
    private final World world;
    private final TotalInvestments totals;
    private final PriorityQueue<Plan> plans = new PriorityQueue<>();
    private final long visitsEndMs;
    private final long endMs;

    public WealthApp(SimulatorOptions options, LabelHorizons horizons) {
        this.options = options;
        this.horizons = horizons;
        this.world = new World(options);
        this.visitsEndMs = options.start().plus(options.span()).toEpochMilli();
        this.endMs = visitsEndMs + Math.max(horizons.totalMs(), horizons.investmentMs());
        this.totals = new TotalInvestments(world, horizons, visitsEndMs);
    }

    /** The YAML of the deployment that fits this app. */
    public static String deployment() {
        try (InputStream in = WealthApp.class.getResourceAsStream("quickstart.yaml")) {
            if (in == null) {
                throw new IOException("no resource quickstart.yaml");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Order within a millisecond, that of the timeline. */
    private enum Step {
        OPEN,
        VISIT,
        SHOW,
        CLICK,
        CONVERT,
        INVEST,
        INVEST_OWN,
        REDEEM
    }

    /** A card shown and what it will lead to. */
    private record Shown(String impressionId, Card card, Funnel funnel, Outcomes outcomes) {}

    /** Something a user will do. The order depends on no other user, ties in time included. */
    private record Plan(
            long timeMs,
            Step step,
            User user,
            long sequence,
            @Nullable Card card,
            @Nullable Shown shown)
            implements Comparable<Plan> {
        @Override
        public int compareTo(Plan other) {
            int order = Long.compare(timeMs, other.timeMs);
            if (order == 0) {
                order = step.compareTo(other.step);
            }
            if (order == 0) {
                order = Integer.compare(user.number, other.user.number);
            }
            return order != 0 ? order : Long.compare(sequence, other.sequence);
        }
    }

    /** Simulates from the first visit to the last outcome that a label can depend on. */
    public void run(FeedSink events, TruthSink truths) {
        long startMs = options.start().toEpochMilli();
        for (int number = 0; number < options.users(); number++) {
            User user = new User(number, options.seed());
            long openMs = startMs + user.random.nextLong(OPENING_MS);
            plan(openMs, Step.OPEN, user, null, null);
            planVisit(user, startMs + OPENING_MS);
            planOwn(user, startMs + OPENING_MS);
            planRedemption(user, startMs + OPENING_MS);
        }
        for (Plan plan = plans.poll(); plan != null; plan = plans.poll()) {
            follow(plan, events, truths);
        }
    }

    private void follow(Plan plan, FeedSink events, TruthSink truths) {
        User user = plan.user();
        long now = plan.timeMs();
        switch (plan.step()) {
            case OPEN -> open(user, now, events);
            case VISIT -> {
                visit(user, now);
                planVisit(user, now);
            }
            case SHOW -> show(user, Objects.requireNonNull(plan.card()), now, events, truths);
            case CLICK -> click(user, Objects.requireNonNull(plan.shown()), now, events);
            case CONVERT -> convert(user, Objects.requireNonNull(plan.shown()), now, events);
            case INVEST -> invest(user, Objects.requireNonNull(plan.shown()), now, events);
            case INVEST_OWN -> {
                move(
                        user,
                        now,
                        Direction.SUBSCRIBE,
                        Outcomes.amount(user.random, TotalInvestments.ownLogYuan(user)),
                        events);
                planOwn(user, now);
            }
            case REDEEM -> {
                redeem(user, now, events);
                planRedemption(user, now);
            }
        }
    }

    private void plan(
            long timeMs, Step step, User user, @Nullable Card card, @Nullable Shown shown) {
        if (timeMs <= endMs) {
            plans.add(new Plan(timeMs, step, user, user.scheduledCount++, card, shown));
        }
    }

    /** What the user already holds is told to the system as one subscription. */
    private void open(User user, long now, FeedSink events) {
        long opening = user.positionMinor;
        if (opening > 0) {
            user.positionMinor = 0;
            move(user, now, Direction.SUBSCRIBE, opening, events);
        }
    }

    /** Next visit: a Poisson process whose rate follows the hours of the day, by thinning. */
    private void planVisit(User user, long fromMs) {
        double highest = world.highestHourFactor();
        long at = fromMs;
        do {
            at += gapMs(user, user.visitsPerDay * highest);
        } while (!Draws.happens(user.random, world.hourFactor(at) / highest));
        if (at < visitsEndMs) {
            plan(at, Step.VISIT, user, null, null);
        }
    }

    private void planOwn(User user, long fromMs) {
        double highest = world.highestMood();
        long at = fromMs;
        do {
            at += gapMs(user, user.ownInvestmentsPerDay * highest);
        } while (!Draws.happens(user.random, world.mood(at) / highest));
        plan(at, Step.INVEST_OWN, user, null, null);
    }

    private void planRedemption(User user, long fromMs) {
        plan(fromMs + gapMs(user, REDEMPTIONS_PER_DAY), Step.REDEEM, user, null, null);
    }

    private static long gapMs(User user, double perDay) {
        return Math.max(1, Math.round(Draws.exponential(user.random) / perDay * DAY_MS));
    }

    /** One to four cards, a few seconds apart. */
    private void visit(User user, long now) {
        int count = 1 + user.random.nextInt(TotalInvestments.MOST_CARDS);
        for (int i = 0; i < count; i++) {
            Scenario scenario = Scenario.of(Draws.uniform(user.random));
            List<Card> cards = world.cards(scenario);
            Card card = cards.get(user.random.nextInt(cards.size()));
            plan(now + 2_000L * i, Step.SHOW, user, card, null);
        }
    }

    private void show(User user, Card card, long now, FeedSink events, TruthSink truths) {
        Tier tier = user.tier();
        Funnel funnel = Funnel.of(user, tier, card, world.drift(card.scenario(), now));
        String id = user.id + "-i" + user.shownCount++;
        truths.accept(
                new Truth(
                        id,
                        funnel.click(),
                        funnel.conversionLabel(),
                        funnel.investmentLabel(),
                        funnel.investmentLabel() * funnel.amountAbove(horizons.largeMinor()),
                        totals.above(user, now),
                        funnel.expectedYuan()));
        events.accept(FeedEvent.of(impression(user, card, id, now)));
        Outcomes outcomes = Outcomes.draw(funnel, now, horizons, user.random);
        if (outcomes.clickMs() != Outcomes.NEVER) {
            plan(outcomes.clickMs(), Step.CLICK, user, null, new Shown(id, card, funnel, outcomes));
        }
    }

    private static Impression impression(User user, Card card, String id, long now) {
        Map<String, String> attributes = new LinkedHashMap<>(user.attributes);
        attributes.put("product_risk", "p" + card.risk());
        attributes.put("term", card.term());
        Map<String, Double> measures = new LinkedHashMap<>();
        measures.put("member_days", user.memberDays);
        measures.put("yield_percent", card.yieldPercent());
        measures.put("minimum_yuan", card.minimumYuan());
        return Impression.newBuilder()
                .setImpressionId(id)
                .setUserId(user.id)
                .setItemId(card.id())
                .setScenario(card.scenario().label())
                .setEventTimeMs(now)
                .setAttributes(attributes)
                .setMeasures(measures)
                .build();
    }

    private void click(User user, Shown shown, long now, FeedSink events) {
        Card card = shown.card();
        user.lastClicked[card.scenario().index()] = shown.impressionId();
        totals.clicked(user, shown.funnel(), now);
        events.accept(
                FeedEvent.of(
                        Click.newBuilder()
                                .setEventId(user.id + "-c" + user.clickedCount++)
                                .setUserId(user.id)
                                .setImpressionId(shown.impressionId())
                                .setItemId(card.id())
                                .setScenario(card.scenario().label())
                                .setEventTimeMs(now)
                                .build()));
        if (shown.outcomes().conversionMs() != Outcomes.NEVER) {
            plan(shown.outcomes().conversionMs(), Step.CONVERT, user, null, shown);
        }
        if (shown.outcomes().investmentMs() != Outcomes.NEVER) {
            plan(shown.outcomes().investmentMs(), Step.INVEST, user, null, shown);
        }
    }

    private static void convert(User user, Shown shown, long now, FeedSink events) {
        events.accept(
                FeedEvent.of(
                        Conversion.newBuilder()
                                .setEventId(user.id + "-v" + user.convertedCount++)
                                .setUserId(user.id)
                                .setImpressionId(shown.impressionId())
                                .setItemId(shown.card().id())
                                .setScenario(shown.card().scenario().label())
                                .setEventTimeMs(now)
                                .build()));
    }

    /**
     * An investment may leave out its impression only where the last click in the scenario is that
     * impression's and its window is open, so that attribution can find what is true.
     */
    private void invest(User user, Shown shown, long now, FeedSink events) {
        Card card = shown.card();
        boolean attributable =
                shown.impressionId().equals(user.lastClicked[card.scenario().index()])
                        && now - shown.outcomes().clickMs() <= horizons.investmentMs() / 2;
        boolean anonymous = attributable && Draws.happens(user.random, ANONYMOUS);
        long amount = shown.outcomes().amountMinor();
        user.positionMinor += amount;
        events.accept(
                FeedEvent.of(
                        Investment.newBuilder()
                                .setEventId(user.id + "-m" + user.movedCount++)
                                .setUserId(user.id)
                                .setImpressionId(anonymous ? null : shown.impressionId())
                                .setItemId(card.id())
                                .setScenario(card.scenario().label())
                                .setDirection(Direction.SUBSCRIBE)
                                .setAmountMinor(amount)
                                .setEventTimeMs(now)
                                .build()));
    }

    /** Gives back all or a part of what is held. */
    private static void redeem(User user, long now, FeedSink events) {
        boolean all = Draws.happens(user.random, 0.4);
        double share = all ? 1 : 0.2 + 0.7 * Draws.uniform(user.random);
        long amount = Math.round(share * user.positionMinor);
        if (amount > 0) {
            move(user, now, Direction.REDEEM, amount, events);
        }
    }

    /** Money moved without a card: it belongs to no item and no scenario. */
    private static void move(
            User user, long now, Direction direction, long amountMinor, FeedSink events) {
        user.positionMinor += direction == Direction.SUBSCRIBE ? amountMinor : -amountMinor;
        events.accept(
                FeedEvent.of(
                        Investment.newBuilder()
                                .setEventId(user.id + "-m" + user.movedCount++)
                                .setUserId(user.id)
                                .setDirection(direction)
                                .setAmountMinor(amountMinor)
                                .setEventTimeMs(now)
                                .build()));
    }
}
