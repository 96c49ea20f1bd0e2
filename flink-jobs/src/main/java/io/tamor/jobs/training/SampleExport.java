package io.tamor.jobs.training;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.io.CommittedRecords;
import io.tamor.schemas.Sample;
import io.tamor.schemas.file.RecordFileWriter;
import io.tamor.schemas.wire.MalformedRecordException;
import io.tamor.schemas.wire.RecordWire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Copies what is committed on a deployment's samples topic to a {@link SampleFolder}. */
public final class SampleExport {
    private final Map<Integer, RecordFileWriter<Sample>> writers = new TreeMap<>();
    private final RecordWire<Sample> wire = RecordWire.of(Sample.class);
    private final SampleFolder folder;
    private final long fromMs;
    private final long toMs;
    private long undecodable;

    /**
     * What an export did.
     *
     * @param undecodable records that are no sample and were left out, as the learner would
     */
    public record Exported(long samples, long undecodable) {}

    private SampleExport(SampleFolder folder, long fromMs, long toMs) {
        this.folder = folder;
        this.fromMs = fromMs;
        this.toMs = toMs;
    }

    /**
     * Replaces the folder's samples by those that matured in {@code [fromMs, toMs)}; where that
     * fails, the folder keeps what it had.
     */
    public static Exported run(Deployment deployment, SampleFolder folder, long fromMs, long toMs)
            throws IOException {
        folder.create();
        SampleExport export = new SampleExport(folder, fromMs, toMs);
        try {
            new CommittedRecords(deployment.kafka())
                    .forEach(deployment.topics().samples(), export::take);
            for (RecordFileWriter<Sample> writer : export.writers.values()) {
                writer.end();
            }
            folder.clear(); // all that replaces it is written
            for (RecordFileWriter<Sample> writer : export.writers.values()) {
                writer.finish();
            }
        } finally {
            for (RecordFileWriter<Sample> writer : export.writers.values()) {
                writer.close();
            }
        }
        long samples = export.writers.values().stream().mapToLong(RecordFileWriter::count).sum();
        return new Exported(samples, export.undecodable);
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        if (record.timestamp() < fromMs || record.timestamp() >= toMs) {
            return;
        }
        try {
            Sample sample = wire.decode(CommittedRecords.value(record));
            RecordFileWriter<Sample> writer = writers.get(record.partition());
            if (writer == null) {
                writer = folder.writer(record.partition());
                writers.put(record.partition(), writer);
            }
            writer.append(sample);
        } catch (MalformedRecordException e) {
            undecodable++;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
