package io.tamor.schemas.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.schemas.Click;
import io.tamor.schemas.UserBiasRow;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordFileTest {
    private static final int ROWS = 5000;

    @TempDir Path folder;

    @Test
    void recordsComeBackInTheirOrder() throws IOException {
        Path file = write();
        List<UserBiasRow> read = new ArrayList<>();
        try (RecordFileReader<UserBiasRow> reader =
                new RecordFileReader<>(file, UserBiasRow.class)) {
            for (UserBiasRow row = reader.next(); row != null; row = reader.next()) {
                read.add(row);
            }
            assertThat(reader.count()).isEqualTo(ROWS);
        }
        assertThat(read).hasSize(ROWS);
        assertThat(read.get(4711)).isEqualTo(row(4711));
    }

    @Test
    void aFileHasItsNameOnlyOnceItIsWhole() throws IOException {
        Path file = folder.resolve("rows.avro");
        try (RecordFileWriter<UserBiasRow> writer =
                new RecordFileWriter<>(file, UserBiasRow.class)) {
            writer.append(row(1));
            assertThat(file).doesNotExist();
            writer.finish();
        }
        assertThat(folder).isDirectoryContaining(found -> found.equals(file));
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aFileThatIsNotFinishedLeavesNothingAndTheFormerOneAsItWas() throws IOException {
        Path file = write();
        byte[] former = Files.readAllBytes(file);
        try (RecordFileWriter<UserBiasRow> writer =
                new RecordFileWriter<>(file, UserBiasRow.class)) {
            writer.append(row(1));
        }
        assertThat(file).hasBinaryContent(former);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aDamagedFileIsAnErrorThatNamesItAndTheRecord() throws IOException {
        Path file = write();
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 10));
        assertThatThrownBy(
                        () -> {
                            try (RecordFileReader<UserBiasRow> reader =
                                    new RecordFileReader<>(file, UserBiasRow.class)) {
                                while (reader.next() != null) {
                                    // To where it is cut.
                                }
                            }
                        })
                .isInstanceOf(IOException.class)
                .hasMessageContaining("rows.avro: record ")
                .hasMessageContaining("damaged");
    }

    @Test
    void aFileOfOtherRecordsIsRefused() throws IOException {
        Path file = write();
        assertThatThrownBy(() -> new RecordFileReader<>(file, Click.class))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("wanted records io.tamor.schemas.Click")
                .hasMessageContaining("found io.tamor.schemas.UserBiasRow");
    }

    @Test
    void aFileThatIsNoneIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("rows.avro"), "no such thing");
        assertThatThrownBy(() -> new RecordFileReader<>(file, Click.class))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("rows.avro: wanted an Avro file of Click");
    }

    private Path write() throws IOException {
        Path file = folder.resolve("rows.avro");
        try (RecordFileWriter<UserBiasRow> writer =
                new RecordFileWriter<>(file, UserBiasRow.class)) {
            for (int i = 0; i < ROWS; i++) {
                writer.append(row(i));
            }
            assertThat(writer.count()).isEqualTo(ROWS);
            writer.finish();
        }
        return file;
    }

    private static UserBiasRow row(int i) {
        byte[] values = {(byte) i, (byte) (i >> 8), (byte) (i * 31), (byte) (i * 17)};
        return new UserBiasRow("user-" + i, (long) i, ByteBuffer.wrap(values), i * 1000L);
    }
}
