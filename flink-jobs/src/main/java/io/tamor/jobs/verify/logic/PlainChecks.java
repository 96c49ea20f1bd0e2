package io.tamor.jobs.verify.logic;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.FeatureSource;
import java.time.Instant;
import java.util.Objects;
import java.util.stream.Stream;

/** Whether a decoded event can be at all, by what the configuration and the records' docs say. */
final class PlainChecks {
    private static final long END_OF_TIME_MS =
            Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

    private static final int LONGEST_ID = 4096;

    private final Deployment deployment;

    PlainChecks(Deployment deployment) {
        this.deployment = deployment;
    }

    boolean possible(PlainEvent event) {
        boolean named =
                !event.user().isEmpty()
                        && !event.id().isEmpty()
                        && Stream.of(event.user(), event.id(), event.item(), event.impressionId())
                                .noneMatch(id -> id != null && id.length() > LONGEST_ID);
        boolean timed = event.timeMs() > 0 && event.timeMs() <= END_OF_TIME_MS;
        boolean scenario =
                event.namedScenario() == null || deployment.scenarios().contains(event.scenario());
        return named
                && timed
                && scenario
                && switch (event.kind()) {
                    case IMPRESSION ->
                            !event.item().isEmpty()
                                    && validLater(event)
                                    && tierKnown(event)
                                    && measured(event);
                    case CLICK, CONVERSION ->
                            !event.item().isEmpty() || event.impressionId() != null;
                    case INVESTMENT -> event.amountMinor() > 0;
                };
    }

    private static boolean validLater(PlainEvent impression) {
        Long until = impression.validUntilMs();
        return until == null || until >= impression.timeMs();
    }

    private boolean tierKnown(PlainEvent impression) {
        String attribute = deployment.tiers().attribute();
        return attribute == null
                || deployment
                        .tiers()
                        .names()
                        .contains(impression.attributes().getOrDefault(attribute, ""));
    }

    /** Measures that a feature reads are numbers that a float can hold. */
    private boolean measured(PlainEvent impression) {
        return deployment.features().stream()
                .map(feature -> feature.from())
                .filter(from -> from != null && from.kind() == FeatureSource.Kind.MEASURE)
                .map(from -> impression.measures().get(from.name()))
                .filter(Objects::nonNull)
                .allMatch(value -> Math.abs(value) <= Float.MAX_VALUE);
    }
}
