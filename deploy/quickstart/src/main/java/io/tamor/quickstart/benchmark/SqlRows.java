package io.tamor.quickstart.benchmark;

import io.tamor.jobs.timeline.logic.EventKind;
import java.nio.ByteBuffer;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.util.Collector;

/** A cycle's events of one kind as SQL's own rows, impressions with features already computed. */
final class SqlRows extends Cycles.Events<RowData> {
    // As many as the benchmark's deployment makes.
    private static final int CATEGORICAL = 9;
    private static final int DENSE = 12;
    private static final int VALUES = 8;

    SqlRows(EventKind kind, Workload workload) {
        super(kind, workload);
    }

    @Override
    void event(long impression, long timeMs, Collector<RowData> out) {
        StringData id = StringData.fromString(Workload.id(impression));
        TimestampData time = TimestampData.fromEpochMillis(timeMs);
        if (kind == EventKind.IMPRESSION) {
            out.collect(
                    GenericRowData.of(
                            id,
                            StringData.fromString(workload.user(impression)),
                            StringData.fromString(workload.item(impression)),
                            StringData.fromString(workload.scenario(impression)),
                            features(impression),
                            time));
        } else {
            Long amount =
                    kind == EventKind.INVESTMENT ? (Long) workload.amountMinor(impression) : null;
            out.collect(GenericRowData.of(id, amount, time));
        }
    }

    /** As many bytes as the timeline freezes, and as compressible: few hashes, some numbers. */
    private byte[] features(long impression) {
        ByteBuffer bytes = ByteBuffer.allocate(CATEGORICAL * Long.BYTES + DENSE * Float.BYTES);
        for (int i = 0; i < CATEGORICAL; i++) {
            long value = workload.draw(impression, i, VALUES);
            bytes.putLong((value * CATEGORICAL + i + 1) * 0x9E3779B97F4A7C15L);
        }
        for (int i = 0; i < DENSE; i++) {
            bytes.putFloat((float) Math.log1p(workload.draw(impression, i, VALUES)));
        }
        return bytes.array();
    }
}
