package io.tamor.jobs.learner.logic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.jobs.config.Deployment;
import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.MalformedRecordException;
import io.tamor.schemas.wire.RecordWire;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UntrainedTest {
    private final RecordWire<Sample> wire = RecordWire.of(Sample.class);
    @TempDir Path folder;
    private Sample sample;
    private SampleReader reader;

    @BeforeEach
    void generate() {
        Deployment deployment = TestingSamples.deployment(folder, 8);
        reader = new SampleReader(deployment);
        sample = TestingSamples.generate(deployment, 1, 3).get(0);
    }

    @Test
    void theStoredFormKeepsPlaceAndPosition() throws Exception {
        QueuedSample queued = reader.of(sample, "samples-7", 1L << 40);
        Untrained untrained = Untrained.decode(reader, Untrained.encode(queued, 3));
        assertThat(untrained.place()).isEqualTo(3);
        assertThat(untrained.sample()).usingRecursiveComparison().isEqualTo(queued);
    }

    @Test
    void theFirstVersionIsStillRead() throws Exception {
        byte[] body = wire.encode(sample);
        byte[] stored =
                ByteBuffer.allocate(5 + body.length).put((byte) 1).putInt(-1).put(body).array();
        Untrained untrained = Untrained.decode(reader, stored);
        assertThat(untrained.place()).isEqualTo(TrainingQueue.HELD);
        assertThat(untrained.sample())
                .usingRecursiveComparison()
                .isEqualTo(reader.of(sample, "", 0));
    }

    @Test
    void otherVersionsAndCutBytesAreRefused() {
        byte[] stored = Untrained.encode(reader.of(sample, "", 0), 0);
        stored[0] = 3;
        assertThatThrownBy(() -> Untrained.decode(reader, stored))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("found version 3");
        stored[0] = 2;
        assertThatThrownBy(() -> Untrained.decode(reader, Arrays.copyOf(stored, 9)))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("9 bytes end too early");
    }
}
