package io.tamor.jobs.verify.logic;

import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.wire.MalformedRecordException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the topics hold of some users: the events, and what the timeline made of them. Bounded by
 * the users taken in.
 */
public final class Evidence {
    private final PlainEventReader reader = new PlainEventReader();
    final List<PlainEvent> events = new ArrayList<>();
    final Map<Place, Long> undecodable = new HashMap<>();
    final List<FoundSample> samples = new ArrayList<>();
    final Map<Place, Rejected> rejected = new HashMap<>();

    /** Rejections of records that had been rejected before: each is in one transaction. */
    final List<RejectedAgain> rejectedAgain = new ArrayList<>();

    /** Corrections of labels. */
    final List<FoundCorrection> corrections = new ArrayList<>();

    /**
     * Outcomes that came late and were looked at, in the order of arrival of each user's, and the
     * time up to which the user's events had been applied.
     */
    final Map<Place, Long> late = new LinkedHashMap<>();

    /** What the timeline rejected, by event time where it could be read, else the record's. */
    record Rejected(RejectionCause cause, String detail, long timeMs) {}

    record RejectedAgain(Place place, Rejected rejected) {}

    /** Which users are taken in. */
    @FunctionalInterface
    public interface Share {
        boolean has(String user);
    }

    /** Takes in a raw record; one that is no event belongs to the user "". */
    public void event(
            PlainEvent.Kind kind, Place place, long timestampMs, byte[] value, Share share) {
        try {
            PlainEvent event = reader.read(kind, place, value);
            if (share.has(event.user())) {
                events.add(event);
            }
        } catch (MalformedRecordException e) {
            if (share.has("")) {
                undecodable.put(place, timestampMs);
            }
        }
    }

    public void sample(FoundSample sample) {
        samples.add(sample);
    }

    /** Takes in a correction, of one user in the order of the topic. */
    public void correction(FoundCorrection found) {
        late.putIfAbsent(found.outcome(), found.correction().getAppliedMs());
        if (found.ofALabel()) {
            corrections.add(found);
        }
    }

    /** Takes in a rejection of the record at a place. */
    public void rejected(Place place, RejectionCause cause, String detail, long timeMs) {
        Rejected found = new Rejected(cause, detail, timeMs);
        if (rejected.putIfAbsent(place, found) != null) {
            rejectedAgain.add(new RejectedAgain(place, found));
        }
    }
}
