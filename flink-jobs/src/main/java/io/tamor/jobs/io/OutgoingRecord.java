package io.tamor.jobs.io;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.jspecify.annotations.Nullable;

/**
 * A record on its way to a topic.
 *
 * @param key UTF-8 key: the user's id, empty for none
 * @param timestampMs record timestamp: event time, epoch milliseconds
 * @param value the record's bytes; null deletes the key from a compacted topic
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; a copy would cost
public record OutgoingRecord(String key, long timestampMs, byte @Nullable [] value) {
    /** Its type between operators. */
    public static final TypeInformation<OutgoingRecord> TYPE =
            new SerializerTypeInfo<>(OutgoingRecord.class, OutgoingRecordSerializer.INSTANCE);
}
