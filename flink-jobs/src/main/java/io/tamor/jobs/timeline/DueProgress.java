package io.tamor.jobs.timeline;

import io.tamor.jobs.io.FormVersion;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What must be known of a subtask's {@link DueBuckets} after a restore beside keyed state. Times
 * are event time. Some bytes for each of its key groups and for each minute where chunks begin.
 *
 * <pre>
 * stored form   version                                1 byte
 *               first key group, number of key groups  4 bytes each
 *               by key group, done up to               8 bytes each
 *               number of the last chunk               8 bytes
 *               number of buckets                      4 bytes
 *               starts of the buckets                  8 bytes each
 * </pre>
 *
 * @param doneMs by key group, from the first on, how far event time had come
 * @param chunkCount number of the last chunk
 * @param beginMs starts of the buckets where chunks may begin
 */
record DueProgress(int firstGroup, List<Long> doneMs, long chunkCount, List<Long> beginMs) {
    private static final int VERSION = 1;

    DueProgress {
        doneMs = List.copyOf(doneMs);
        beginMs = List.copyOf(beginMs);
    }

    byte[] toBytes() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream to = new DataOutputStream(bytes);
        to.writeByte(VERSION);
        to.writeInt(firstGroup);
        to.writeInt(doneMs.size());
        for (long done : doneMs) {
            to.writeLong(done);
        }
        to.writeLong(chunkCount);
        to.writeInt(beginMs.size());
        for (long begin : beginMs) {
            to.writeLong(begin);
        }
        return bytes.toByteArray();
    }

    static DueProgress of(byte[] stored) throws IOException {
        DataInputStream from = new DataInputStream(new ByteArrayInputStream(stored));
        FormVersion.require("progress", VERSION, VERSION, from.readByte());
        int firstGroup = from.readInt();
        List<Long> doneMs = readTimes(from, from.readInt());
        long chunkCount = from.readLong();
        return new DueProgress(firstGroup, doneMs, chunkCount, readTimes(from, from.readInt()));
    }

    private static List<Long> readTimes(DataInputStream from, int count) throws IOException {
        List<Long> times = new ArrayList<>();
        for (int left = count; left > 0; left--) {
            times.add(from.readLong());
        }
        return times;
    }
}
