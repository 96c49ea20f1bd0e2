package io.tamor.quickstart.feed;

import io.tamor.schemas.Click;
import io.tamor.schemas.Conversion;
import io.tamor.schemas.Impression;
import io.tamor.schemas.Investment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileConstants;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * Writes events to one Avro container file a stream ({@code impressions.avro} ...), in order of
 * arrival. Undecodable bytes have no place in a container file: they are left out and counted.
 */
public final class FileFeedSink implements FeedSink {
    private final Map<StreamRole, DataFileWriter<SpecificRecordBase>> writers =
            new EnumMap<>(StreamRole.class);
    private long leftOutCount;

    /** Creates the folder and the four files, replacing what is there. */
    public FileFeedSink(Path directory) {
        try {
            Files.createDirectories(directory);
            for (StreamRole stream : StreamRole.values()) {
                DataFileWriter<SpecificRecordBase> writer =
                        new DataFileWriter<>(new SpecificDatumWriter<>());
                writer.setCodec(CodecFactory.deflateCodec(1));
                writers.put(
                        stream,
                        writer.create(
                                schema(stream),
                                Files.newOutputStream(directory.resolve(stream.label() + ".avro")),
                                syncMarker(stream)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Avro's own is random: files of the same events would differ. */
    private static byte[] syncMarker(StreamRole stream) {
        UUID hash = UUID.nameUUIDFromBytes(stream.label().getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.allocate(DataFileConstants.SYNC_SIZE)
                .putLong(hash.getMostSignificantBits())
                .putLong(hash.getLeastSignificantBits())
                .array();
    }

    private static Schema schema(StreamRole stream) {
        return switch (stream) {
            case IMPRESSIONS -> Impression.getClassSchema();
            case CLICKS -> Click.getClassSchema();
            case CONVERSIONS -> Conversion.getClassSchema();
            case INVESTMENTS -> Investment.getClassSchema();
        };
    }

    @Override
    public void accept(FeedEvent event) {
        SpecificRecordBase record = event.record();
        if (record == null) {
            leftOutCount++;
            return;
        }
        try {
            Objects.requireNonNull(writers.get(event.stream())).append(record);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Undecodable events that were not written. */
    public long leftOutCount() {
        return leftOutCount;
    }

    @Override
    public void close() {
        try {
            for (DataFileWriter<SpecificRecordBase> writer : writers.values()) {
                writer.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
