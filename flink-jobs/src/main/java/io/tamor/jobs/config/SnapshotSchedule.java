package io.tamor.jobs.config;

import java.io.Serializable;
import java.time.Duration;

/**
 * How often a version is made: "3 d" of event time, "100000 samples", or "2 checkpoints". The first
 * two depend on the samples alone, so a replay makes the same versions; checkpoints do not.
 *
 * @param amount in the unit; milliseconds of event time
 */
public record SnapshotSchedule(Unit unit, long amount) implements Serializable {
    /** What is counted since the last version. */
    public enum Unit {
        EVENT_TIME,
        SAMPLES,
        CHECKPOINTS
    }

    /** The JSON Schema has already checked the form. */
    static SnapshotSchedule parse(String text) {
        String[] parts = text.trim().split(" +", -1);
        return switch (parts[1]) {
            case "samples" -> new SnapshotSchedule(Unit.SAMPLES, Long.parseLong(parts[0]));
            case "checkpoints" -> new SnapshotSchedule(Unit.CHECKPOINTS, Long.parseLong(parts[0]));
            default -> new SnapshotSchedule(Unit.EVENT_TIME, millis(text));
        };
    }

    private static long millis(String text) {
        Duration duration = ConfigurationBinding.duration(text);
        return duration.toMillis();
    }

    /** Whether a version is due, by what has passed since the last one. */
    public boolean due(long eventTimeMs, long samples, long checkpoints) {
        return samples > 0
                && switch (unit) {
                    case EVENT_TIME -> eventTimeMs >= amount;
                    case SAMPLES -> samples >= amount;
                    case CHECKPOINTS -> checkpoints >= amount;
                };
    }
}
