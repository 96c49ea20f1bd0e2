package io.tamor.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.schemas.Click;
import io.tamor.schemas.Impression;
import io.tamor.schemas.LearnerMetrics;
import io.tamor.schemas.Sample;
import io.tamor.schemas.SnapshotAnnouncement;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.SchemaValidatorBuilder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class RecordWireTest {

    static List<SpecificRecordBase> examples() {
        return ExampleRecords.all();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyRecordSurvivesItsWire(SpecificRecordBase record) throws Exception {
        assertThat(decode(record.getClass(), encode(record))).isEqualTo(record);
    }

    /** The files were written by version 1 and never change. */
    @ParameterizedTest
    @MethodSource("examples")
    void theBytesOfVersion1AreStillRead(SpecificRecordBase record) throws Exception {
        String name = record.getClass().getSimpleName();
        try (InputStream in = RecordWireTest.class.getResourceAsStream("/v1/" + name + ".bin")) {
            assertThat(in).as("bytes of version 1 of %s", name).isNotNull();
            assertThat(decode(record.getClass(), in.readAllBytes())).isEqualTo(record);
        }
    }

    static List<SpecificRecordBase> examplesOfVersion2() {
        return List.of(ExampleRecords.amountMetrics(), ExampleRecords.correctionByOutcome());
    }

    @ParameterizedTest
    @MethodSource("examplesOfVersion2")
    void theBytesOfVersion2AreStillRead(SpecificRecordBase record) throws Exception {
        String name = record.getClass().getSimpleName();
        try (InputStream in = RecordWireTest.class.getResourceAsStream("/v2/" + name + ".bin")) {
            assertThat(in).as("bytes of version 2 of %s", name).isNotNull();
            assertThat(decode(record.getClass(), in.readAllBytes())).isEqualTo(record);
        }
    }

    @Test
    void theBytesOfVersion2OfTheAnnouncementsAreStillRead() throws Exception {
        try (InputStream in =
                RecordWireTest.class.getResourceAsStream("/v2/SnapshotAnnouncement.bin")) {
            assertThat(in).isNotNull();
            assertThat(decode(SnapshotAnnouncement.class, in.readAllBytes()))
                    .isEqualTo(ExampleRecords.rollback());
        }
    }

    @Test
    void theBytesOfVersion3OfTheMetricsAreStillRead() throws Exception {
        try (InputStream in = RecordWireTest.class.getResourceAsStream("/v3/LearnerMetrics.bin")) {
            assertThat(in).isNotNull();
            assertThat(decode(LearnerMetrics.class, in.readAllBytes()))
                    .isEqualTo(ExampleRecords.driftMetrics());
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void theNewestSchemaOfTheHistoryIsTheOneInUseAndReadsAllOlderOnes(SpecificRecordBase record)
            throws Exception {
        List<Schema> history = SchemaHistory.of(record.getClass().getSimpleName());
        Schema current = record.getSchema();

        assertThat(SchemaNormalization.parsingFingerprint64(history.get(history.size() - 1)))
                .as("a changed schema needs its next version in history/")
                .isEqualTo(SchemaNormalization.parsingFingerprint64(current));
        for (Schema old : history) {
            assertThat(SchemaCompatibility.checkReaderWriterCompatibility(current, old).getType())
                    .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
        }
        new SchemaValidatorBuilder().mutualReadStrategy().validateAll().validate(current, history);
    }

    @Test
    void everyFieldIsDocumented() {
        for (SpecificRecordBase record : examples()) {
            assertThat(record.getSchema().getDoc()).isNotBlank();
            for (Schema.Field field : record.getSchema().getFields()) {
                assertThat(field.doc())
                        .as(record.getSchema().getName() + "." + field.name())
                        .isNotBlank();
            }
        }
    }

    @Test
    void cutForeignAndTrailingBytesAreRefusedWithAReason() {
        RecordWire<Click> wire = RecordWire.of(Click.class);
        byte[] click = wire.encode(ExampleRecords.click());
        byte[] longer = Arrays.copyOf(click, click.length + 3);
        byte[] impression = RecordWire.of(Impression.class).encode(ExampleRecords.impression());

        for (int cut = 0; cut < click.length; cut++) {
            byte[] start = Arrays.copyOf(click, cut);
            assertThatThrownBy(() -> wire.decode(start))
                    .isInstanceOf(MalformedRecordException.class);
        }
        assertThatThrownBy(() -> wire.decode(longer)).hasMessageContaining("3 bytes left");
        assertThatThrownBy(() -> wire.decode(impression))
                .hasMessageContaining("does not know")
                .hasMessageContaining("deploy the reader before the writer");
    }

    /** Seeded noise over a valid record: any outcome but an exception of another type is right. */
    @Test
    void noiseNeverEscapesAsAnotherException() {
        RecordWire<Sample> wire = RecordWire.of(Sample.class);
        byte[] valid = wire.encode(ExampleRecords.sample());
        Random random = new Random(7);
        List<Integer> refused = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            byte[] noisy = valid.clone();
            for (int k = 0; k < 4; k++) {
                noisy[random.nextInt(noisy.length)] = (byte) random.nextInt(256);
            }
            try {
                wire.decode(noisy);
            } catch (MalformedRecordException e) {
                refused.add(i);
            }
        }
        assertThat(refused).as("seed 7").isNotEmpty();
    }

    private static <T extends SpecificRecordBase> byte[] encode(T record) {
        @SuppressWarnings("unchecked") // a record's own class
        Class<T> type = (Class<T>) record.getClass();
        return RecordWire.of(type).encode(record);
    }

    private static <T extends SpecificRecordBase> T decode(Class<T> type, byte[] bytes)
            throws MalformedRecordException {
        return RecordWire.of(type).decode(bytes);
    }

    /** Writes the bytes of the next version: run by hand once, when a schema changes. */
    public static void main(String[] arguments) throws IOException {
        for (SpecificRecordBase record : List.of(ExampleRecords.driftMetrics())) {
            String name = SpecificData.get().getSchema(record.getClass()).getName();
            Files.write(Path.of(arguments[0], name + ".bin"), encode(record));
        }
    }
}
