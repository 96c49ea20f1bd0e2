package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.EventTimeOptions;
import io.tamor.jobs.config.FeatureOptions;
import io.tamor.jobs.config.FeatureSource;
import io.tamor.schemas.Impression;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says what is impossible about a decoded event. Such an event is refused before it can move the
 * watermark.
 */
public final class EventChecks implements Serializable {
    /** The end of the year 9999: later times are broken clocks, and leave room for windows. */
    static final long LATEST_MS = 253_402_300_799_999L;

    /** What is longer is no id, and is kept with everything that is remembered of an event. */
    static final int MOST_ID_CHARACTERS = 4096;

    private final Set<String> scenarios;
    private final Set<String> tiers;
    private final @Nullable String tierAttribute;
    private final List<String> measures;
    private final @Nullable Duration lead;

    public EventChecks(Deployment deployment) {
        this.scenarios = Set.copyOf(deployment.scenarios());
        this.tiers = Set.copyOf(deployment.tiers().names());
        this.tierAttribute = deployment.tiers().attribute();
        this.lead = deployment.eventTime().lead();
        this.measures =
                deployment.features().stream()
                        .map(FeatureOptions::from)
                        .filter(from -> from != null && from.kind() == FeatureSource.Kind.MEASURE)
                        .map(FeatureSource::name)
                        .distinct()
                        .toList();
    }

    /** True of an event time that can be. */
    public static boolean isTime(long timeMs) {
        return timeMs > 0 && timeMs <= LATEST_MS;
    }

    /**
     * What is wrong with the event, null where nothing is.
     *
     * @param nowMs the reader's clock, which an event may lead by {@code event_time.lead}
     */
    public @Nullable String problemOf(Event event, long nowMs) {
        String problem = problemOf(event);
        if (problem == null && lead != null && event.timeMs() > nowMs + lead.toMillis()) {
            return "eventTimeMs: wanted at most "
                    + lead
                    + " ("
                    + EventTimeOptions.LEAD
                    + ") ahead of the reader's clock at "
                    + nowMs
                    + ", was "
                    + event.timeMs();
        }
        return problem;
    }

    /**
     * What is wrong with the event whatever the clock says, null where nothing is. Another build,
     * or another configuration, can have left events in state that this one refuses.
     */
    public @Nullable String problemOf(Event event) {
        if (event.raw().userId().isEmpty()) {
            return "userId: wanted the user's id, was empty";
        }
        if (event.id().isEmpty()) {
            return "id: wanted the event's id, was empty";
        }
        String tooLong = idProblemOf(event);
        if (tooLong != null) {
            return tooLong;
        }
        if (!isTime(event.timeMs())) {
            return "eventTimeMs: wanted epoch milliseconds in (0, "
                    + LATEST_MS
                    + "], was "
                    + event.timeMs();
        }
        if (event.scenario() != null && !scenarios.contains(event.scenario())) {
            return "scenario: wanted one of " + sorted(scenarios) + ", was " + event.scenario();
        }
        return switch (event.kind()) {
            case IMPRESSION -> problemOf(event.impression());
            case CLICK, CONVERSION ->
                    event.itemId().isEmpty() && event.impressionId() == null
                            ? "wanted an impressionId or an itemId, found neither"
                            : null;
            case INVESTMENT ->
                    event.amountMinor() <= 0
                            ? "amountMinor: wanted > 0, was " + event.amountMinor()
                            : null;
        };
    }

    private static @Nullable String idProblemOf(Event event) {
        String impressionId = event.impressionId();
        int longest =
                Math.max(
                        Math.max(event.raw().userId().length(), event.id().length()),
                        Math.max(
                                event.itemId().length(),
                                impressionId == null ? 0 : impressionId.length()));
        return longest <= MOST_ID_CHARACTERS
                ? null
                : "ids: wanted at most "
                        + MOST_ID_CHARACTERS
                        + " characters of user, event, item and impression, was "
                        + longest;
    }

    private @Nullable String problemOf(@Nullable Impression impression) {
        if (impression == null) {
            throw new IllegalArgumentException("an impression comes with its record");
        }
        if (impression.getItemId().isEmpty()) {
            return "itemId: wanted the item's id, was empty";
        }
        Long validUntil = impression.getValidUntilMs();
        if (validUntil != null && validUntil < impression.getEventTimeMs()) {
            return "validUntilMs: wanted >= eventTimeMs "
                    + impression.getEventTimeMs()
                    + ", was "
                    + validUntil;
        }
        if (tierAttribute != null) {
            String tier = impression.getAttributes().get(tierAttribute);
            if (tier == null || !tiers.contains(tier)) {
                return "attributes."
                        + tierAttribute
                        + ": wanted a tier of "
                        + sorted(tiers)
                        + ", was "
                        + tier;
            }
        }
        for (String name : measures) {
            Double value = impression.getMeasures().get(name);
            if (value != null && !(Math.abs(value) <= Float.MAX_VALUE)) {
                return "measures." + name + ": wanted a finite number, was " + value;
            }
        }
        return null;
    }

    private static List<String> sorted(Set<String> names) {
        return names.stream().sorted().toList();
    }
}
