package io.tamor.schemas.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

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

    private static final byte[] MARKER = {(byte) 0xC3, 0x01};
    private static final int HEADER_LENGTH = MARKER.length + Long.BYTES;

    private final String name;
    private final byte[] header;
    private final DatumWriter<T> writer;

    /** By the fingerprint of what the writer had. */
    private final Map<Long, DatumReader<T>> readers = new HashMap<>();

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    private @Nullable BinaryEncoder encoder;
    private @Nullable BinaryDecoder decoder;

    private RecordWire(Class<T> type) {
        SpecificData data = new SpecificData(type.getClassLoader());
        data.setCustomCoders(true); // the generated ones, which box and look up less
        Schema schema = data.getSchema(type);
        this.name = schema.getName();
        this.header = header(schema);
        this.writer = new SpecificDatumWriter<>(schema, data);
        for (Schema written : SchemaHistory.of(name)) {
            readers.put(
                    SchemaNormalization.parsingFingerprint64(written),
                    new SpecificDatumReader<>(written, schema, data));
        }
    }

    private static byte[] header(Schema schema) {
        return ByteBuffer.allocate(HEADER_LENGTH)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(MARKER)
                .putLong(SchemaNormalization.parsingFingerprint64(schema))
                .array();
    }

    /** The wire of a generated record class. */
    public static <T extends SpecificRecordBase> RecordWire<T> of(Class<T> type) {
        return new RecordWire<>(type);
    }

    /** The record as bytes of its newest schema version. */
    public byte[] encode(T record) {
        try {
            out.reset();
            out.write(header);
            encoder = EncoderFactory.get().binaryEncoder(out, encoder);
            writer.write(record, encoder);
            encoder.flush();
            return out.toByteArray();
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
        DatumReader<T> reader = reader(bytes);
        T record;
        int left;
        try {
            decoder =
                    DecoderFactory.get()
                            .binaryDecoder(
                                    bytes, HEADER_LENGTH, bytes.length - HEADER_LENGTH, decoder);
            record = reader.read(null, decoder);
            left = decoder.inputStream().available();
        } catch (IOException
                | AvroRuntimeException
                | IndexOutOfBoundsException
                | UnsupportedOperationException e) {
            throw new MalformedRecordException(
                    name + ": " + bytes.length + " bytes are no such record: " + e.getMessage(), e);
        }
        if (left > 0) {
            throw new MalformedRecordException(name + ": " + left + " bytes left after the record");
        }
        return record;
    }

    private DatumReader<T> reader(byte[] bytes) throws MalformedRecordException {
        if (bytes.length < HEADER_LENGTH || bytes[0] != MARKER[0] || bytes[1] != MARKER[1]) {
            throw new MalformedRecordException(
                    name
                            + ": "
                            + bytes.length
                            + " bytes are no such record: they do not begin with C3 01 and the"
                            + " fingerprint of a schema");
        }
        long fingerprint =
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(MARKER.length);
        DatumReader<T> reader = readers.get(fingerprint);
        if (reader == null) {
            throw new MalformedRecordException(
                    name
                            + ": written with a schema this build does not know (fingerprint "
                            + Long.toHexString(fingerprint)
                            + "); deploy the reader before the writer");
        }
        return reader;
    }
}
