package io.tamor.jobs.learner.logic;

import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.MalformedRecordException;
import io.tamor.schemas.wire.RecordWire;
import java.nio.ByteBuffer;

/**
 * A sample that a checkpoint found untrained.
 *
 * @param place in the partial mini-batch, or {@link TrainingQueue#HELD}
 */
public record Untrained(Sample sample, int place) {
    private static final byte VERSION = 1;
    private static final int HEADER = 1 + Integer.BYTES;

    /** Stored form: version (1 byte), place (4 bytes, big-endian), the sample's wire bytes. */
    public static byte[] encode(RecordWire<Sample> wire, Sample sample, int place) {
        byte[] body = wire.encode(sample);
        return ByteBuffer.allocate(HEADER + body.length)
                .put(VERSION)
                .putInt(place)
                .put(body)
                .array();
    }

    /** Reads the stored form. */
    public static Untrained decode(RecordWire<Sample> wire, byte[] stored)
            throws MalformedRecordException {
        if (stored.length < HEADER || stored[0] != VERSION) {
            throw new MalformedRecordException(
                    "untrained sample: this build reads version "
                            + VERSION
                            + ", found "
                            + (stored.length == 0 ? "no bytes" : "version " + stored[0])
                            + "; restore with the build that wrote it");
        }
        ByteBuffer bytes = ByteBuffer.wrap(stored, 1, stored.length - 1);
        int place = bytes.getInt();
        byte[] body = new byte[bytes.remaining()];
        bytes.get(body);
        return new Untrained(wire.decode(body), place);
    }
}
