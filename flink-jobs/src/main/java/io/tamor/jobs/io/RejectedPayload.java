package io.tamor.jobs.io;

import io.tamor.schemas.RejectedRecord;
import java.nio.ByteBuffer;

/**
 * The value of a refused record on its way to the rejected topic. A producer takes one megabyte at
 * most unless it is told otherwise, and a record that was refused must not stop the job: of a very
 * long one the beginning is kept, and its offset tells where the whole is.
 */
public final class RejectedPayload {
    /** Leaves room for the detail and the names. */
    public static final int MOST_BYTES = 1 << 19;

    private static final int MOST_DETAIL = 4000;
    private static final int MOST_KEY = 4096;

    private RejectedPayload() {}

    /** The key of such a record: its user, or none where that is too long to be one. */
    public static String key(String userId) {
        return userId.length() > MOST_KEY ? "" : userId;
    }

    /** Sets payload and detail, which says so where the payload is cut. */
    public static RejectedRecord.Builder put(
            RejectedRecord.Builder record, byte[] payload, String detail) {
        String shown = detail.length() > MOST_DETAIL ? detail.substring(0, MOST_DETAIL) : detail;
        if (payload.length <= MOST_BYTES) {
            return record.setPayload(ByteBuffer.wrap(payload)).setDetail(shown);
        }
        return record.setPayload(ByteBuffer.wrap(payload, 0, MOST_BYTES))
                .setDetail(
                        shown
                                + "; the payload is the first "
                                + MOST_BYTES
                                + " of "
                                + payload.length
                                + " bytes");
    }
}
