package io.tamor.jobs.timeline.logic;

import io.tamor.schemas.Impression;
import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * A decoded event of any kind.
 *
 * @param id the event's own id: of an impression its impression id
 * @param impressionId the impression an outcome names, null where it names none
 * @param itemId empty where an investment has none
 * @param redemption true of an investment that lowers the position
 * @param amountMinor of an investment, 0 otherwise
 * @param impression the record of an impression, null of an outcome
 */
public record Event(
        RawEvent raw,
        String id,
        @Nullable String impressionId,
        String itemId,
        @Nullable String scenario,
        boolean redemption,
        long amountMinor,
        @Nullable Impression impression) {

    /**
     * The order in which a user's events are applied: time, kind, id. Bytes and origin only make it
     * total, so that copies of one event are told apart in the same way however they arrived.
     */
    public static final Comparator<Event> ORDER = Event::compare;

    public EventKind kind() {
        return raw.kind();
    }

    public long timeMs() {
        return raw.timeMs();
    }

    /** The same event, as it was told of all users' events. */
    Event told(Population population) {
        return new Event(
                raw.told(population),
                id,
                impressionId,
                itemId,
                scenario,
                redemption,
                amountMinor,
                impression);
    }

    /** True of another record of the same event. */
    boolean sameAs(Event other) {
        return timeMs() == other.timeMs() && kind() == other.kind() && id.equals(other.id);
    }

    private static int compare(Event a, Event b) {
        int order = Long.compare(a.timeMs(), b.timeMs());
        if (order == 0) {
            order = Integer.compare(a.kind().code(), b.kind().code());
        }
        if (order == 0) {
            order = a.id.compareTo(b.id);
        }
        if (order == 0) {
            order = Arrays.compare(a.raw.payload(), b.raw.payload());
        }
        if (order == 0) {
            order = Integer.compare(a.raw.partition(), b.raw.partition());
        }
        return order == 0 ? Long.compare(a.raw.offset(), b.raw.offset()) : order;
    }
}
