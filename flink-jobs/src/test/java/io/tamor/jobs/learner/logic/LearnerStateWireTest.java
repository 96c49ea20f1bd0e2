package io.tamor.jobs.learner.logic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.model.snapshot.Origin;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LearnerStateWireTest {
    private static final long SCHEMA = 0x1122334455667788L;
    private static final Path VERSION_1 =
            Path.of("src", "test", "resources", "state", "learner-progress.v1.bin");
    private static final Path VERSION_2 =
            Path.of("src", "test", "resources", "state", "learner-serving.v2.bin");

    private static final Path VERSION_3 =
            Path.of("src", "test", "resources", "state", "learner-serving.v3.bin");

    /** As this build writes it: what is served with its origins. */
    private static final Path ORIGINS =
            Path.of("src", "test", "resources", "state", "learner-origin.v3.bin");

    private static final Origin FORMER = new Origin(7, "7".repeat(64));
    private static final Origin LATER = new Origin(3, "3".repeat(64));

    @Test
    void bytesOfVersion1AreStillRead() throws IOException {
        byte[] stored = Files.readAllBytes(VERSION_1);
        LearnerProgress read = new LearnerProgress(2);
        LearnerStateWire.read(List.of(stored), SCHEMA, part(read));
        assertThat(read).usingRecursiveComparison().isEqualTo(example());
    }

    @Test
    void bytesOfVersion2AreStillReadAndPartsThatTheyLackStayAsTheyAre() throws IOException {
        checkStored(List.of(Files.readAllBytes(VERSION_2)), exampleServing(null, null));
    }

    @Test
    void piecesOfVersion3AreReadThoughNothingInThemSaysWhatTheModelStartedFrom()
            throws IOException {
        checkStored(pieces(VERSION_3), exampleServing(null, null));
    }

    @Test
    void piecesAreWrittenAndReadInAnyOrder() throws IOException {
        Serving serving = exampleServing(FORMER, LATER);
        List<byte[]> stored = pieces(ORIGINS);
        assertThat(LearnerStateWire.write(SCHEMA, 7, part(example()), serving(serving)))
                .usingRecursiveComparison()
                .isEqualTo(stored);
        checkStored(stored, serving);
        Collections.reverse(stored);
        checkStored(stored, serving);
    }

    private static List<byte[]> pieces(Path file) throws IOException {
        List<byte[]> stored = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
            for (int left = in.readInt(); left > 0; left--) {
                stored.add(in.readNBytes(in.readInt()));
            }
        }
        return stored;
    }

    private static void checkStored(List<byte[]> stored, Serving wanted) throws IOException {
        LearnerProgress read = new LearnerProgress(2);
        Serving serving = new Serving();
        Serving unknown = new Serving();
        LearnerStateWire.read(stored, SCHEMA, part(read), serving(serving), serving(unknown));
        assertThat(read).usingRecursiveComparison().isEqualTo(example());
        assertThat(serving).usingRecursiveComparison().isEqualTo(wanted);
        assertThat(unknown).usingRecursiveComparison().isEqualTo(new Serving());
        assertThatThrownBy(() -> LearnerStateWire.read(stored, SCHEMA, part(read)))
                .hasMessageContaining("reads 1 parts, found 2");
    }

    @Test
    void aLearnerThatGoesBackComesFromWhatTheLiveVersionComesFrom() {
        Serving serving = exampleServing(FORMER, LATER);
        serving.startedFrom(new Origin(9, "9".repeat(64)));
        serving.returned();
        assertThat(serving.startedFrom()).isEqualTo(LATER);
        serving.rolledBack(3000);
        assertThat(serving.startedFrom()).as("readers go back, not the learner").isEqualTo(LATER);
        serving.returned();
        assertThat(serving.startedFrom()).isEqualTo(FORMER);
    }

    private static Serving exampleServing(@Nullable Origin former, @Nullable Origin later) {
        Serving serving = new Serving();
        serving.startedFrom(later);
        serving.published(
                new Serving.Published(1, "one", 0, former, List.of(0.5, 0.75)), false, 1000);
        serving.published(new Serving.Published(2, "two", 1, later, List.of()), true, 2000);
        serving.rejected(true);
        serving.checkpoints = 4;
        serving.rollbacks = 5;
        serving.returns = 6;
        return serving;
    }

    private static LearnerStateWire.Part serving(Serving serving) {
        return new LearnerStateWire.Part(serving::write, serving::read);
    }

    @Test
    void bytesThatAreCutOrChangedAreRefused() {
        byte[] stored = LearnerStateWire.write(SCHEMA, 0, part(example())).get(0);
        for (int at = 0; at < stored.length; at += 7) {
            byte[] changed = stored.clone();
            changed[at] ^= 0x10;
            assertThatThrownBy(
                            () -> LearnerStateWire.read(List.of(changed), SCHEMA, part(example())))
                    .hasMessageContaining("checksum");
        }
        assertThatThrownBy(
                        () -> LearnerStateWire.read(List.of(new byte[2]), SCHEMA, part(example())))
                .hasMessageContaining("2 bytes");
    }

    @Test
    void aPartOfManyPiecesIsReadWholeAndRefusedWhereOneIsMissing() throws IOException {
        byte[] large = new byte[3 * LearnerStateWire.CONTENT + 5];
        new Random(1).nextBytes(large);
        byte[] exact = Arrays.copyOf(large, LearnerStateWire.CONTENT);
        byte[][] read = new byte[3][];
        LearnerStateWire.Part[] parts = {
            bytes(large, read, 0), bytes(exact, read, 1), bytes(new byte[0], read, 2)
        };
        List<byte[]> stored = LearnerStateWire.write(SCHEMA, 0, parts);
        Collections.shuffle(stored, new Random(2));
        LearnerStateWire.read(stored, SCHEMA, parts);
        assertThat(read[0]).isEqualTo(large);
        assertThat(read[1]).isEqualTo(exact);
        assertThat(read[2]).isEmpty();
        for (int i = 0; i < stored.size(); i++) {
            List<byte[]> less = new ArrayList<>(stored);
            less.remove(i);
            assertThatThrownBy(() -> LearnerStateWire.read(less, SCHEMA, parts))
                    .hasMessageContaining("not each once");
        }
    }

    @Test
    void theWritersOfAListAreToldApart() throws IOException {
        List<byte[]> list = new ArrayList<>();
        list.addAll(LearnerStateWire.write(SCHEMA, 1, serving(exampleServing(null, null))));
        list.addAll(LearnerStateWire.write(SCHEMA, 0, part(example())));
        List<List<byte[]>> writers = LearnerStateWire.byWriter(list);
        assertThat(writers).hasSize(2);
        LearnerProgress progress = new LearnerProgress(2);
        LearnerStateWire.read(writers.get(0), SCHEMA, part(progress));
        assertThat(progress).usingRecursiveComparison().isEqualTo(example());
        byte[] whole = Files.readAllBytes(VERSION_2);
        assertThat(LearnerStateWire.byWriter(List.of(whole, whole))).hasSize(2);
    }

    private static LearnerStateWire.Part bytes(byte[] written, byte[][] read, int place) {
        return new LearnerStateWire.Part(
                out -> out.write(written),
                in -> {
                    read[place] = new byte[written.length];
                    in.readFully(read[place]);
                });
    }

    @Test
    void aStateOfAnotherFeatureSchemaIsRefusedWithBoth() {
        List<byte[]> stored = LearnerStateWire.write(SCHEMA, 0, part(example()));
        assertThatThrownBy(() -> LearnerStateWire.read(stored, 1, part(example())))
                .hasMessageContaining("1122334455667788")
                .hasMessageContaining("0000000000000001");
    }

    @Test
    void aStateOfOtherTasksIsRefused() {
        List<byte[]> stored = LearnerStateWire.write(SCHEMA, 0, part(example()));
        assertThatThrownBy(
                        () -> LearnerStateWire.read(stored, SCHEMA, part(new LearnerProgress(3))))
                .hasMessageContaining("wanted 3 tasks as configured, found 2");
    }

    private static LearnerProgress example() {
        LearnerProgress progress = new LearnerProgress(2);
        progress.samples = 1;
        progress.steps = 2;
        progress.droppedSteps = 3;
        progress.lateSamples = 4;
        progress.rejectedRecords = 5;
        progress.passedMs = 6;
        progress.trainedMs = 7;
        progress.version = 8;
        progress.manifestSha256 = "9";
        progress.snapshotMs = 10;
        progress.snapshotSamples = 11;
        progress.matureLabels[1] = 12;
        progress.offsets.put("samples-0", 13L);
        return progress;
    }

    private static LearnerStateWire.Part part(LearnerProgress progress) {
        return new LearnerStateWire.Part(progress::write, progress::read);
    }
}
