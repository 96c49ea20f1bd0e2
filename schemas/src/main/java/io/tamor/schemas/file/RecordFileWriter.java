package io.tamor.schemas.file;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * Writes records to an Avro object container file: the writer's schema, then deflated blocks of
 * records in the order of {@link #append}. The file has its name only once it is whole: until
 * {@link #finish} it is {@code NAME.part} beside it, and one that is closed unfinished leaves
 * nothing. Not thread-safe.
 */
public final class RecordFileWriter<T extends SpecificRecordBase> implements AutoCloseable {
    private static final int FASTEST = 1;

    private final Path file;
    private final Path part;
    private final DataFileWriter<T> writer;
    private long count;
    private boolean finished;

    /** Begins a file; one of that name is replaced at the end. */
    public RecordFileWriter(Path file, Class<T> type) throws IOException {
        this.file = file;
        this.part = file.resolveSibling(file.getFileName() + ".part");
        SpecificData data = new SpecificData(type.getClassLoader());
        Schema schema = data.getSchema(type);
        this.writer = new DataFileWriter<>(new SpecificDatumWriter<>(schema, data));
        writer.setCodec(CodecFactory.deflateCodec(FASTEST));
        writer.create(schema, part.toFile());
    }

    /** Adds a record; it may be changed afterwards. */
    public void append(T record) throws IOException {
        writer.append(record);
        count++;
    }

    /** Records written so far. */
    public long count() {
        return count;
    }

    /** The file is whole, still without its name: nothing can be added any more. */
    public void end() throws IOException {
        writer.close();
    }

    /** Ends the file, if it has not been, and gives it its name. */
    public void finish() throws IOException {
        end();
        try {
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        }
        finished = true;
    }

    /** Deletes what was not finished. */
    @Override
    public void close() throws IOException {
        if (!finished) {
            try {
                writer.close();
            } finally {
                Files.deleteIfExists(part);
            }
        }
    }
}
