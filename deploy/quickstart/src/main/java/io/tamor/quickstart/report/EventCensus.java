package io.tamor.quickstart.report;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.io.CommittedRecords;
import io.tamor.quickstart.feed.StreamRole;
import io.tamor.schemas.Click;
import io.tamor.schemas.Conversion;
import io.tamor.schemas.Impression;
import io.tamor.schemas.Investment;
import io.tamor.schemas.wire.MalformedRecordException;
import io.tamor.schemas.wire.RecordWire;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** Distinct readable records on the four event topics. */
final class EventCensus {
    static final long DAY_MS = 86_400_000L;

    private final Map<StreamRole, Set<String>> ids = new EnumMap<>(StreamRole.class);
    private final TreeMap<Long, long[]> days = new TreeMap<>();

    EventCensus(CommittedRecords topics, Deployment deployment) {
        RecordWire<Impression> impressions = RecordWire.of(Impression.class);
        RecordWire<Click> clicks = RecordWire.of(Click.class);
        RecordWire<Conversion> conversions = RecordWire.of(Conversion.class);
        RecordWire<Investment> investments = RecordWire.of(Investment.class);
        for (StreamRole stream : StreamRole.values()) {
            ids.put(stream, new HashSet<>());
            topics.forEach(
                    stream.topic(deployment.topics()),
                    record -> {
                        try {
                            byte[] value = record.value();
                            String id =
                                    switch (stream) {
                                        case IMPRESSIONS ->
                                                impressions.decode(value).getImpressionId();
                                        case CLICKS -> clicks.decode(value).getEventId();
                                        case CONVERSIONS -> conversions.decode(value).getEventId();
                                        case INVESTMENTS -> investments.decode(value).getEventId();
                                    };
                            add(stream, id, record.timestamp());
                        } catch (MalformedRecordException e) {
                            // The timeline rejects it as undecodable; the rejected topic counts it.
                            return;
                        }
                    });
        }
    }

    private void add(StreamRole stream, String id, long eventTimeMs) {
        if (ids(stream).add(id)) {
            long[] day =
                    days.computeIfAbsent(
                            Math.floorDiv(eventTimeMs, DAY_MS) * DAY_MS, at -> new long[4]);
            day[column(stream)]++;
        }
    }

    private static int column(StreamRole stream) {
        return switch (stream) {
            case IMPRESSIONS -> 0;
            case CLICKS -> 1;
            case CONVERSIONS -> 2;
            case INVESTMENTS -> 3;
        };
    }

    private Set<String> ids(StreamRole stream) {
        return Objects.requireNonNull(ids.get(stream));
    }

    Set<String> impressionIds() {
        return ids(StreamRole.IMPRESSIONS);
    }

    RunReport.Events totals() {
        return new RunReport.Events(
                ids(StreamRole.IMPRESSIONS).size(),
                ids(StreamRole.CLICKS).size(),
                ids(StreamRole.CONVERSIONS).size(),
                ids(StreamRole.INVESTMENTS).size());
    }

    List<RunReport.DayOfEvents> days() {
        List<RunReport.DayOfEvents> rows = new ArrayList<>();
        days.forEach((at, n) -> rows.add(new RunReport.DayOfEvents(at, n[0], n[1], n[2], n[3])));
        return rows;
    }
}
