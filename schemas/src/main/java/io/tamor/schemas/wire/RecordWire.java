package io.tamor.schemas.wire;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.message.MissingSchemaException;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * Encodes and decodes one record type in Avro's single-object encoding: C3 01, the writer schema's
 * CRC-64 fingerprint, the body. Every version in {@code history/} can be read. Not thread-safe: one
 * a thread.
 */
public final class RecordWire<T extends SpecificRecordBase> {
    /** Longest string, bytes, array or map that is read: a record is small, noise is not. */
    private static final int MAX_LENGTH = 8 << 20;

    static {
        // Avro allocates a length before it reads that far, so noise could ask for gigabytes.
        for (String kind : new String[] {"bytes", "string", "collectionItems"}) {
            String key = "org.apache.avro.limits." + kind + ".maxLength";
            if (System.getProperty(key) == null) {
                System.setProperty(key, Integer.toString(MAX_LENGTH));
            }
        }
    }

    private final String name;
    private final BinaryMessageEncoder<T> encoder;
    private final BinaryMessageDecoder<T> decoder;

    private RecordWire(Class<T> type) {
        SpecificData data = new SpecificData(type.getClassLoader());
        data.setCustomCoders(true); // the generated ones, which box and look up less
        Schema schema = data.getSchema(type);
        this.name = schema.getName();
        this.encoder = new BinaryMessageEncoder<>(data, schema);
        this.decoder = new BinaryMessageDecoder<>(data, schema);
        SchemaHistory.of(name).forEach(decoder::addSchema);
    }

    /** The wire of a generated record class. */
    public static <T extends SpecificRecordBase> RecordWire<T> of(Class<T> type) {
        return new RecordWire<>(type);
    }

    /** The record as bytes of its newest schema version. */
    public byte[] encode(T record) {
        try {
            ByteBuffer bytes = encoder.encode(record);
            byte[] exact = new byte[bytes.remaining()];
            bytes.get(exact);
            return exact;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The record in the bytes, whichever version wrote it.
     *
     * @throws MalformedRecordException where the bytes are cut, too long, of an unknown schema or
     *     of no schema at all
     */
    public T decode(byte[] bytes) throws MalformedRecordException {
        ByteArrayInputStream in = new ByteArrayInputStream(bytes);
        T record;
        try {
            record = decoder.decode(in, null);
        } catch (MissingSchemaException e) {
            throw new MalformedRecordException(
                    name
                            + ": written with a schema this build does not know ("
                            + e.getMessage()
                            + "); deploy the reader before the writer",
                    e);
        } catch (IOException
                | AvroRuntimeException
                | IndexOutOfBoundsException
                | UnsupportedOperationException e) {
            throw new MalformedRecordException(
                    name + ": " + bytes.length + " bytes are no such record: " + e.getMessage(), e);
        }
        if (in.available() > 0) {
            throw new MalformedRecordException(
                    name + ": " + in.available() + " bytes left after the record");
        }
        return record;
    }
}
