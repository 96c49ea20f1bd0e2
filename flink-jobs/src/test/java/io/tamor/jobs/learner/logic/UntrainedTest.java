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

    @BeforeEach
    void generate() {
        Deployment deployment = TestingSamples.deployment(folder, 8);
        sample = TestingSamples.generate(deployment, 1, 3).get(0);
    }

    @Test
    void theStoredFormKeepsPlaceAndPosition() throws Exception {
        Untrained untrained = new Untrained(new QueuedSample(sample, "samples-7", 1L << 40), 3);
        byte[] stored = Untrained.encode(wire, untrained.sample(), untrained.place());
        assertThat(Untrained.decode(wire, stored)).isEqualTo(untrained);
    }

    @Test
    void theFirstVersionIsStillRead() throws Exception {
        byte[] body = wire.encode(sample);
        byte[] stored =
                ByteBuffer.allocate(5 + body.length).put((byte) 1).putInt(-1).put(body).array();
        assertThat(Untrained.decode(wire, stored))
                .isEqualTo(new Untrained(QueuedSample.of(sample), TrainingQueue.HELD));
    }

    @Test
    void otherVersionsAndCutBytesAreRefused() {
        byte[] stored = Untrained.encode(wire, QueuedSample.of(sample), 0);
        stored[0] = 3;
        assertThatThrownBy(() -> Untrained.decode(wire, stored))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("found version 3");
        stored[0] = 2;
        assertThatThrownBy(() -> Untrained.decode(wire, Arrays.copyOf(stored, 9)))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("9 bytes end too early");
    }
}
