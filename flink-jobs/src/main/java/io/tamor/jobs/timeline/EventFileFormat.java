package io.tamor.jobs.timeline;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.RawEvent;
import io.tamor.schemas.Click;
import io.tamor.schemas.Conversion;
import io.tamor.schemas.Impression;
import io.tamor.schemas.Investment;
import io.tamor.schemas.file.RecordFileReader;
import io.tamor.schemas.wire.RecordWire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.file.SeekableInput;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.connector.file.src.util.IteratorResultIterator;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads the events of one stream from an Avro object container file, whatever version of the schema
 * wrote it, through the same checks as those of a topic. An event's offset is its number in its
 * file, from 0. A file that is cut, or of other records, is an error that names it: a bulk format
 * since that alone is told the file's name and length.
 */
final class EventFileFormat implements BulkFormat<RawEvent, FileSourceSplit> {
    /** The partition of an event that came from a file. */
    static final int NO_PARTITION = -1;

    /** Of events that are handed on together: a checkpoint waits for no more than that. */
    private static final int BATCH_BYTES = 1 << 20;

    private final EventKind kind;
    private final Deployment deployment;

    EventFileFormat(EventKind kind, Deployment deployment) {
        this.kind = kind;
        this.deployment = deployment;
    }

    @Override
    public Reader<RawEvent> createReader(Configuration configuration, FileSourceSplit file)
            throws IOException {
        return switch (kind) {
            case IMPRESSION -> new ContainerReader<>(Impression.class, file.path());
            case CLICK -> new ContainerReader<>(Click.class, file.path());
            case CONVERSION -> new ContainerReader<>(Conversion.class, file.path());
            case INVESTMENT -> new ContainerReader<>(Investment.class, file.path());
        };
    }

    @Override
    public Reader<RawEvent> restoreReader(Configuration configuration, FileSourceSplit file)
            throws IOException {
        ContainerReader<?> reader = (ContainerReader<?>) createReader(configuration, file);
        CheckpointedPosition position = file.getReaderPosition().orElse(null);
        if (position != null) {
            reader.skip(position.getRecordsAfterOffset());
        }
        return reader;
    }

    @Override
    public boolean isSplittable() {
        return false;
    }

    @Override
    public TypeInformation<RawEvent> getProducedType() {
        return RawEventSerializer.TYPE;
    }

    private final class ContainerReader<T extends SpecificRecordBase> implements Reader<RawEvent> {
        private final RecordFileReader<T> records;
        private final RecordWire<T> wire;
        private final EventDeserializer events = new EventDeserializer(kind, deployment);

        ContainerReader(Class<T> type, Path file) throws IOException {
            this.records = new RecordFileReader<>(file.toString(), FileInput.of(file), type);
            this.wire = RecordWire.of(type);
            events.open();
        }

        void skip(long recordCount) throws IOException {
            while (records.count() < recordCount && records.next() != null) {
                // Avro finds no record by its number.
            }
        }

        @Override
        public @Nullable RecordIterator<RawEvent> readBatch() throws IOException {
            long first = records.count();
            List<RawEvent> batch = new ArrayList<>();
            for (int bytes = 0; bytes < BATCH_BYTES; ) {
                long number = records.count();
                T record = records.next();
                if (record == null) {
                    break;
                }
                byte[] value = wire.encode(record);
                bytes += value.length;
                batch.add(events.read(value, 0, NO_PARTITION, number, System.currentTimeMillis()));
            }
            return batch.isEmpty()
                    ? null
                    : new IteratorResultIterator<>(
                            batch.iterator(), CheckpointedPosition.NO_OFFSET, first);
        }

        @Override
        public void close() throws IOException {
            records.close();
        }
    }

    /** A file of any of Flink's file systems as Avro reads it. */
    private record FileInput(FSDataInputStream file, long length) implements SeekableInput {
        static FileInput of(Path path) throws IOException {
            long length = path.getFileSystem().getFileStatus(path).getLen();
            return new FileInput(path.getFileSystem().open(path), length);
        }

        @Override
        public void seek(long position) throws IOException {
            file.seek(position);
        }

        @Override
        public long tell() throws IOException {
            return file.getPos();
        }

        @Override
        public int read(byte[] bytes, int offset, int count) throws IOException {
            return file.read(bytes, offset, count);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
