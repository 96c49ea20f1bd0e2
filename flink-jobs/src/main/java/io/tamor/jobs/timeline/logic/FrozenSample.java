package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.io.FormVersion;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What a sample says of its impression beside the labels, frozen as of the impression: the cold
 * part of its state.
 *
 * @param categorical packed as {@code FeatureWire} says
 * @param dense packed likewise
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; a copy would cost
record FrozenSample(
        String impressionId,
        String itemId,
        String scenario,
        String tier,
        long featureSchema,
        byte[] categorical,
        byte[] dense) {
    private static final int VERSION = 2;

    /** The stored form: a version, the strings, the fingerprint, the features made small. */
    byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            out.writeByte(VERSION);
            out.writeUTF(impressionId);
            out.writeUTF(itemId);
            out.writeUTF(scenario);
            out.writeUTF(tier);
            out.writeLong(featureSchema);
            SmallFeatures.writeCategorical(out, categorical, itemId, scenario, tier);
            SmallFeatures.writeDense(out, dense);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * What labels know an impression by.
     *
     * @param id hash of its id
     * @param scenario hash of its scenario
     */
    record Impression(long id, int scenario) {}

    /** Reads the impression's names alone. */
    static Impression impression(byte[] stored) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(stored));
        readVersion(in);
        String id = in.readUTF();
        in.skipNBytes(in.readUnsignedShort()); // the item
        return new Impression(IdHash.of(id), IdHash.ofName(in.readUTF()));
    }

    private static int readVersion(DataInputStream in) throws IOException {
        return FormVersion.require("frozen sample", 1, VERSION, in.readByte());
    }

    static FrozenSample fromBytes(byte[] stored) {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(stored));
        try {
            int version = readVersion(in);
            String impressionId = in.readUTF();
            String itemId = in.readUTF();
            String scenario = in.readUTF();
            String tier = in.readUTF();
            long featureSchema = in.readLong();
            boolean plain = version == 1;
            return new FrozenSample(
                    impressionId,
                    itemId,
                    scenario,
                    tier,
                    featureSchema,
                    plain
                            ? in.readNBytes((int) VarLong.read(in))
                            : SmallFeatures.readCategorical(in, itemId, scenario, tier),
                    plain ? in.readNBytes((int) VarLong.read(in)) : SmallFeatures.readDense(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
