package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.RawEvent;
import io.tamor.schemas.Click;
import io.tamor.schemas.file.RecordFileWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of events as the source reads them, whole, cut and of another kind. */
final class EventFileFormatTest {
    /** Several batches of them. */
    private static final int CLICKS = 50_000;

    @TempDir Path folder;

    @Test
    void eventsAreNumberedAndReadingGoesOnBehindThoseOfACheckpoint() throws IOException {
        FileSourceSplit whole = split(write(CLICKS));
        List<Long> all = offsets(format(EventKind.CLICK).createReader(new Configuration(), whole));
        assertThat(all).isEqualTo(LongStream.range(0, CLICKS).boxed().toList());

        FileSourceSplit rest =
                whole.updateWithCheckpointedPosition(
                        new CheckpointedPosition(CheckpointedPosition.NO_OFFSET, 20_001));
        assertThat(offsets(format(EventKind.CLICK).restoreReader(new Configuration(), rest)))
                .isEqualTo(LongStream.range(20_001, CLICKS).boxed().toList());
    }

    @Test
    void aFileThatIsCutIsAnErrorThatNamesIt() throws IOException {
        Path file = write(10);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 10));
        assertThatThrownBy(
                        () ->
                                offsets(
                                        format(EventKind.CLICK)
                                                .createReader(new Configuration(), split(file))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("clicks.avro: record ")
                .hasMessageContaining("the file is damaged, write it again");
    }

    @Test
    void aFileOfAnotherKindIsAnErrorThatNamesIt() throws IOException {
        FileSourceSplit clicks = split(write(CLICKS));
        assertThatThrownBy(
                        () ->
                                format(EventKind.CONVERSION)
                                        .createReader(new Configuration(), clicks))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("clicks.avro: wanted records io.tamor.schemas.Conversion")
                .hasMessageContaining("found io.tamor.schemas.Click");
    }

    private static EventFileFormat format(EventKind kind) {
        return new EventFileFormat(kind, TestingDeployments.example());
    }

    /** Of all events; a checkpoint behind one would hold how many there are up to it. */
    private static List<Long> offsets(BulkFormat.Reader<RawEvent> reader) throws IOException {
        List<Long> offsets = new ArrayList<>();
        try (reader) {
            for (var batch = reader.readBatch(); batch != null; batch = reader.readBatch()) {
                for (var next = batch.next(); next != null; next = batch.next()) {
                    offsets.add(next.getRecord().offset());
                    assertThat(next.getRecordSkipCount()).isEqualTo(next.getRecord().offset() + 1);
                }
                batch.releaseBatch();
            }
        }
        return offsets;
    }

    private static FileSourceSplit split(Path file) throws IOException {
        long length = Files.size(file);
        return new FileSourceSplit(
                "split", new org.apache.flink.core.fs.Path(file.toUri()), 0, length, 0, length);
    }

    private Path write(int count) throws IOException {
        Path file = folder.resolve("clicks.avro");
        try (RecordFileWriter<Click> writer = new RecordFileWriter<>(file, Click.class)) {
            for (int i = 0; i < count; i++) {
                writer.append(
                        Click.newBuilder()
                                .setEventId("click-" + i)
                                .setUserId("user")
                                .setItemId("item")
                                .setScenario("fund")
                                .setEventTimeMs(1_600_000_000_000L + i)
                                .build());
            }
            writer.finish();
        }
        return file;
    }
}
