package io.tamor.quickstart.benchmark;

import io.tamor.jobs.timeline.logic.EventKind;
import java.io.Serializable;
import java.time.Duration;

/**
 * Generated events, each a pure function of its number: cycles of 20 impressions, 6 clicks, 3
 * conversions and 1 investment, at most one outcome of a kind for an impression and each inside its
 * window, so that left joins give one row an impression. Event time is evenly spread: so many
 * impressions fall into one {@link #HORIZON}. Events are out of order by up to {@link #DISORDER}.
 *
 * @param pending impressions in one horizon: as many are pending once it has passed
 * @param impressionsPerUser of a user in one horizon, on average
 * @param hotShare share of the events that one user makes, 0 for none
 */
public record Workload(long pending, double impressionsPerUser, double hotShare, long seed)
        implements Serializable {
    /** The longest label window. */
    public static final Duration HORIZON = Duration.ofDays(3);

    /** How far events are out of order; less than the deployment allows. */
    public static final Duration DISORDER = Duration.ofMinutes(2);

    /** Fewest pending impressions: with fewer, a cycle would be longer than the click's delay. */
    public static final long LEAST_PENDING = 20_000;

    static final int EVENTS_PER_CYCLE = 30;
    static final int IMPRESSIONS_PER_CYCLE = 20;

    private static final long START_MS = 1_600_000_000_000L;
    private static final int ITEMS = 500;
    private static final String[] SCENARIOS = {
        "cash", "bond", "mixed", "equity", "gold", "insurance"
    };

    public Workload {
        if (pending < LEAST_PENDING) {
            throw new IllegalArgumentException(
                    "pending impressions: wanted at least " + LEAST_PENDING + ", was " + pending);
        }
        if (!(hotShare >= 0 && hotShare < 1) || !(impressionsPerUser > 0)) {
            throw new IllegalArgumentException(
                    "wanted a hot share in [0, 1) and impressions per user > 0, was "
                            + hotShare
                            + " and "
                            + impressionsPerUser);
        }
    }

    /** Number of events of a kind in a cycle. */
    static int perCycle(EventKind kind) {
        return switch (kind) {
            case IMPRESSION -> IMPRESSIONS_PER_CYCLE;
            case CLICK -> 6;
            case CONVERSION -> 3;
            case INVESTMENT -> 1;
        };
    }

    private static Duration delay(EventKind kind) {
        return switch (kind) {
            case IMPRESSION -> Duration.ZERO;
            case CLICK -> Duration.ofMinutes(5);
            case CONVERSION -> Duration.ofHours(6);
            case INVESTMENT -> Duration.ofHours(36);
        };
    }

    /** Cycles that fill the state: one horizon. */
    long fillCycles() {
        return pending / IMPRESSIONS_PER_CYCLE;
    }

    /** Time at which a cycle's events arrive. */
    long arrivalMs(long cycle) {
        return START_MS + cycle * HORIZON.toMillis() / fillCycles();
    }

    /**
     * Number of the impression that an event of a cycle is, or follows; below 0 where it would lie
     * before the first.
     */
    long impression(EventKind kind, long cycle, int ordinal) {
        long delayMs = delay(kind).toMillis();
        long cycles = delayMs * fillCycles() / HORIZON.toMillis();
        long of = kind == EventKind.IMPRESSION ? cycle : cycle - Math.max(1, cycles);
        return of < 0 ? -1 : of * IMPRESSIONS_PER_CYCLE + ordinal;
    }

    /** When an event of a cycle happened. */
    long timeMs(EventKind kind, long cycle, int ordinal) {
        long number = (cycle * EVENTS_PER_CYCLE + ordinal) * 4 + kind.code();
        return arrivalMs(cycle) - draw(number, 0, (int) DISORDER.toMillis());
    }

    static String id(long impression) {
        return "impression-" + impression;
    }

    String user(long impression) {
        if (hotShare > 0 && draw(impression, 1, 1_000_000) < hotShare * 1_000_000) {
            return "hot";
        }
        long users = Math.max(1, (long) (pending / impressionsPerUser));
        return "user-" + Math.floorMod(mixed(impression, 2), users);
    }

    String item(long impression) {
        return "card-" + draw(impression, 3, ITEMS);
    }

    String scenario(long impression) {
        return SCENARIOS[draw(impression, 3, ITEMS) % SCENARIOS.length];
    }

    long amountMinor(long impression) {
        return 1_000L + draw(impression, 4, 40_000);
    }

    /** A value in [0, bound) for a number and purpose. */
    int draw(long number, int purpose, int bound) {
        return (int) Math.floorMod(mixed(number, purpose), (long) bound);
    }

    /** SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). */
    private long mixed(long number, int purpose) {
        long z = seed + (number * 8 + purpose + 1) * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
