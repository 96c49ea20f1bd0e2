package io.tamor.jobs.timeline;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.RawEvent;
import io.tamor.schemas.Click;
import io.tamor.schemas.Conversion;
import io.tamor.schemas.Impression;
import io.tamor.schemas.Investment;
import io.tamor.schemas.wire.RecordWire;
import java.io.IOException;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.reader.SimpleStreamFormat;
import org.apache.flink.core.fs.FSDataInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the events of one stream from an Avro object container file, whatever version of the schema
 * wrote it, through the same checks as those of a topic. An event's offset is its number in its
 * file, from 0.
 */
final class EventFileFormat extends SimpleStreamFormat<RawEvent> {
    /** The partition of an event that came from a file. */
    static final int NO_PARTITION = -1;

    private final EventKind kind;
    private final Deployment deployment;

    EventFileFormat(EventKind kind, Deployment deployment) {
        this.kind = kind;
        this.deployment = deployment;
    }

    @Override
    public Reader<RawEvent> createReader(Configuration configuration, FSDataInputStream file)
            throws IOException {
        return switch (kind) {
            case IMPRESSION -> new ContainerReader<>(Impression.class, file);
            case CLICK -> new ContainerReader<>(Click.class, file);
            case CONVERSION -> new ContainerReader<>(Conversion.class, file);
            case INVESTMENT -> new ContainerReader<>(Investment.class, file);
        };
    }

    @Override
    public TypeInformation<RawEvent> getProducedType() {
        return RawEventSerializer.TYPE;
    }

    private final class ContainerReader<T extends SpecificRecordBase> implements Reader<RawEvent> {
        private final DataFileStream<T> records;
        private final RecordWire<T> wire;
        private final EventDeserializer events = new EventDeserializer(kind, deployment);
        private long number;

        ContainerReader(Class<T> type, FSDataInputStream file) throws IOException {
            this.records = new DataFileStream<>(file, new SpecificDatumReader<>(type));
            this.wire = RecordWire.of(type);
            events.open();
        }

        @Override
        public @Nullable RawEvent read() {
            if (!records.hasNext()) {
                return null;
            }
            byte[] value = wire.encode(records.next());
            return events.read(value, 0, NO_PARTITION, number++, System.currentTimeMillis());
        }

        @Override
        public void close() throws IOException {
            records.close();
        }
    }
}
