package io.tamor.jobs.learner.logic;

import io.tamor.schemas.wire.MalformedRecordException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A sample that a checkpoint found untrained.
 *
 * @param place in the partial mini-batch, or {@link TrainingQueue#HELD}
 */
public record Untrained(QueuedSample sample, int place) {
    private static final byte VERSION = 2;
    private static final byte WITHOUT_POSITION = 1;

    /**
     * Stored form, version 2, big-endian: version (1 byte), place (4), offset (8), length of the
     * partition's name (2), the name in UTF-8, the sample's wire bytes. Version 1 has neither
     * offset nor partition.
     */
    public static byte[] encode(QueuedSample sample, int place) {
        byte[] partition = sample.partition().getBytes(StandardCharsets.UTF_8);
        byte[] body = sample.view().bytes();
        return ByteBuffer.allocate(
                        1
                                + Integer.BYTES
                                + Long.BYTES
                                + Short.BYTES
                                + partition.length
                                + body.length)
                .put(VERSION)
                .putInt(place)
                .putLong(sample.offset())
                .putShort((short) partition.length)
                .put(partition)
                .put(body)
                .array();
    }

    /** Reads the stored form. */
    public static Untrained decode(SampleReader reader, byte[] stored)
            throws MalformedRecordException {
        ByteBuffer bytes = ByteBuffer.wrap(stored);
        try {
            byte version = bytes.get();
            if (version != VERSION && version != WITHOUT_POSITION) {
                throw new MalformedRecordException(
                        "untrained sample: this build reads versions 1 and 2, found version "
                                + version
                                + "; restore with the build that wrote it");
            }
            int place = bytes.getInt();
            long offset = 0;
            byte[] partition = {};
            if (version == VERSION) {
                offset = bytes.getLong();
                partition = new byte[bytes.getShort()];
                bytes.get(partition);
            }
            byte[] body = new byte[bytes.remaining()];
            bytes.get(body);
            return new Untrained(
                    reader.stored(body, new String(partition, StandardCharsets.UTF_8), offset),
                    place);
        } catch (BufferUnderflowException e) {
            throw new MalformedRecordException(
                    "untrained sample: its " + stored.length + " bytes end too early");
        }
    }
}
