package io.tamor.schemas.file;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.file.SeekableFileInput;
import org.apache.avro.file.SeekableInput;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link RecordFileWriter} wrote, by whichever version of the schema: the file holds its
 * own. Errors name the file and the record. Not thread-safe.
 */
public final class RecordFileReader<T extends SpecificRecordBase> implements AutoCloseable {
    private final String file;
    private final SeekableInput input;
    private final DataFileReader<T> reader;
    private long count;

    public RecordFileReader(Path file, Class<T> type) throws IOException {
        this(file.toString(), new SeekableFileInput(file.toFile()), type);
    }

    /**
     * The same of a file that is not on this machine.
     *
     * @param file its name, for errors
     * @param input the whole of it; closed with the reader, or where there is none
     */
    public RecordFileReader(String file, SeekableInput input, Class<T> type) throws IOException {
        this.file = file;
        this.input = input;
        SpecificData data = new SpecificData(type.getClassLoader());
        Schema schema = data.getSchema(type);
        try {
            this.reader =
                    new DataFileReader<>(input, new SpecificDatumReader<>(schema, schema, data));
        } catch (IOException | AvroRuntimeException e) {
            input.close();
            throw new IOException(
                    file + ": wanted an Avro file of " + schema.getName() + ": " + e.getMessage(),
                    e);
        }
        Schema written = reader.getSchema();
        if (!schema.getFullName().equals(written.getFullName())) {
            reader.close();
            throw new IOException(
                    file
                            + ": wanted records "
                            + schema.getFullName()
                            + ", found "
                            + written.getFullName()
                            + "; put a file of the former in its place");
        }
    }

    /** The next record, null at the end. */
    public @Nullable T next() throws IOException {
        try {
            if (!reader.hasNext()) {
                // Avro takes a block that is cut for the end, so the end must be that of a block.
                if (reader.previousSync() != input.length()) {
                    throw damaged(new EOFException("the last block is cut"));
                }
                return null;
            }
            T record = reader.next();
            count++;
            return record;
        } catch (AvroRuntimeException e) {
            throw damaged(e);
        }
    }

    private IOException damaged(Exception cause) {
        return new IOException(
                file
                        + ": record "
                        + count
                        + " cannot be read ("
                        + cause.getMessage()
                        + "); the file is damaged, write it again",
                cause);
    }

    /** Records read so far. */
    public long count() {
        return count;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
