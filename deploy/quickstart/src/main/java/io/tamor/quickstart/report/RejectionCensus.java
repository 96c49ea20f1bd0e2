package io.tamor.quickstart.report;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.io.CommittedRecords;
import io.tamor.jobs.io.RejectedPayload;
import io.tamor.quickstart.feed.StreamRole;
import io.tamor.schemas.Impression;
import io.tamor.schemas.RejectedRecord;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.wire.MalformedRecordException;
import io.tamor.schemas.wire.RecordWire;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The rejected topic by cause, and the impressions among it. */
final class RejectionCensus {
    /** As people read them: what the contract names first. */
    private static final List<RejectionCause> ORDER =
            List.of(
                    RejectionCause.LATE,
                    RejectionCause.ORPHAN,
                    RejectionCause.DUPLICATE,
                    RejectionCause.UNDECODABLE,
                    RejectionCause.OVERFLOW,
                    RejectionCause.INVALID,
                    RejectionCause.POISONED,
                    RejectionCause.WRONG_SCHEMA);

    private final Map<String, Long> byCause = new LinkedHashMap<>();
    private final Set<String> impressionIds = new HashSet<>();

    RejectionCensus(CommittedRecords topics, Deployment deployment) {
        for (RejectionCause cause : ORDER) {
            byCause.put(key(cause), 0L);
        }
        RecordWire<RejectedRecord> wire = RecordWire.of(RejectedRecord.class);
        RecordWire<Impression> impressions = RecordWire.of(Impression.class);
        topics.forEach(
                deployment.topics().rejected(),
                record -> {
                    try {
                        RejectedRecord rejected = wire.decode(record.value());
                        byCause.merge(key(rejected.getCause()), 1L, Long::sum);
                        if (rejected.getStream().equals(StreamRole.IMPRESSIONS.label())
                                && rejected.getCause() != RejectionCause.UNDECODABLE
                                && rejected.getPayload().remaining() < RejectedPayload.MOST_BYTES) {
                            impressionIds.add(
                                    impressions
                                            .decode(bytes(rejected.getPayload()))
                                            .getImpressionId());
                        }
                    } catch (MalformedRecordException e) {
                        throw new IllegalStateException(
                                "topic "
                                        + record.topic()
                                        + ", partition "
                                        + record.partition()
                                        + ", offset "
                                        + record.offset()
                                        + " was written by the timeline and cannot be read",
                                e);
                    }
                });
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static String key(RejectionCause cause) {
        return switch (cause) {
            case LATE -> "late";
            case ORPHAN -> "orphan";
            case DUPLICATE -> "duplicate";
            case UNDECODABLE -> "undecodable";
            case OVERFLOW -> "overflow";
            case INVALID -> "invalid";
            case POISONED -> "poisoned";
            case WRONG_SCHEMA -> "wrongSchema";
            case UNKNOWN -> "unknown";
        };
    }

    Map<String, Long> byCause() {
        return byCause;
    }

    /** Distinct impressions with a rejected record; a duplicate's first one may be a sample. */
    Set<String> impressionIds() {
        return impressionIds;
    }
}
