package io.tamor.jobs.learner.logic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class LearnerStateWireTest {
    private static final long SCHEMA = 0x1122334455667788L;
    private static final Path VERSION_1 =
            Path.of("src", "test", "resources", "state", "learner-progress.v1.bin");
    private static final Path VERSION_2 =
            Path.of("src", "test", "resources", "state", "learner-serving.v2.bin");

    @Test
    void bytesOfVersion1AreStillRead() throws IOException {
        byte[] stored = Files.readAllBytes(VERSION_1);
        LearnerProgress read = new LearnerProgress(2);
        LearnerStateWire.read(stored, SCHEMA, part(read));
        assertThat(read).usingRecursiveComparison().isEqualTo(example());
    }

    @Test
    void bytesOfVersion2AreStillReadAndPartsThatTheyLackStayAsTheyAre() throws IOException {
        byte[] stored = Files.readAllBytes(VERSION_2);
        assertThat(LearnerStateWire.write(SCHEMA, part(example()), serving(exampleServing())))
                .isEqualTo(stored);
        LearnerProgress read = new LearnerProgress(2);
        Serving serving = new Serving();
        Serving unknown = new Serving();
        LearnerStateWire.read(stored, SCHEMA, part(read), serving(serving), serving(unknown));
        assertThat(read).usingRecursiveComparison().isEqualTo(example());
        assertThat(serving).usingRecursiveComparison().isEqualTo(exampleServing());
        assertThat(unknown).usingRecursiveComparison().isEqualTo(new Serving());
        assertThatThrownBy(() -> LearnerStateWire.read(stored, SCHEMA, part(read)))
                .hasMessageContaining("reads 1 parts, found 2");
    }

    private static Serving exampleServing() {
        Serving serving = new Serving();
        serving.published(new Serving.Published(1, "one", 0, List.of(0.5, 0.75)), false, 1000);
        serving.published(new Serving.Published(2, "two", 1, List.of()), true, 2000);
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
        byte[] stored = LearnerStateWire.write(SCHEMA, part(example()));
        for (int at = 0; at < stored.length; at += 7) {
            byte[] changed = stored.clone();
            changed[at] ^= 0x10;
            assertThatThrownBy(() -> LearnerStateWire.read(changed, SCHEMA, part(example())))
                    .hasMessageContaining("checksum");
        }
        assertThatThrownBy(() -> LearnerStateWire.read(new byte[2], SCHEMA, part(example())))
                .hasMessageContaining("2 bytes");
    }

    @Test
    void aStateOfAnotherFeatureSchemaIsRefusedWithBoth() {
        byte[] stored = LearnerStateWire.write(SCHEMA, part(example()));
        assertThatThrownBy(() -> LearnerStateWire.read(stored, 1, part(example())))
                .hasMessageContaining("1122334455667788")
                .hasMessageContaining("0000000000000001");
    }

    @Test
    void aStateOfOtherTasksIsRefused() {
        byte[] stored = LearnerStateWire.write(SCHEMA, part(example()));
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
