package io.tamor.jobs.learner.logic;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.training.Trainer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShadowsTest {
    private static final int BATCH = 4;

    @TempDir private Path folder;

    private final Kept kept = new Kept();
    private Deployment deployment;
    private ModelSpec spec;

    /** A store in memory that tells what was written. */
    private static final class Kept implements ShadowStore {
        private final Map<Long, List<byte[]>> versions = new TreeMap<>();
        private final List<Long> written = new ArrayList<>();

        @Override
        public void put(long version, List<byte[]> pieces) {
            versions.put(version, pieces);
            written.add(version);
        }

        @Override
        public List<byte[]> get(long version) {
            return versions.getOrDefault(version, List.of());
        }

        @Override
        public void retain(List<Long> numbers) {
            versions.keySet().retainAll(numbers);
        }
    }

    @BeforeEach
    void describe() {
        deployment = TestingSamples.deployment(folder, BATCH);
        spec = ModelSpecs.of(deployment);
    }

    private Shadows shadows() {
        return new Shadows(spec, BATCH, Duration.ofDays(1));
    }

    private static byte[] bytes(LearnerStateWire.Writer writer) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        writer.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static Shadows read(byte[] bytes, Shadows into) throws IOException {
        into.read(new DataInputStream(new ByteArrayInputStream(bytes)));
        return into;
    }

    @Test
    void aVersionIsWrittenOnceAndDroppedWhenItNoLongerStands() throws Exception {
        Trainer learner = new Trainer(spec, BATCH);
        Shadows shadows = shadows();
        shadows.store(kept);
        shadows.published(learner, 3);
        shadows.store(kept);
        shadows.store(kept);
        assertThat(kept.written).containsExactly(3L);
        shadows.published(learner, 4);
        shadows.store(kept);
        assertThat(kept.versions).containsOnlyKeys(3L, 4L);
        shadows.published(learner, 6);
        shadows.rolledBack();
        shadows.store(kept);
        assertThat(kept.written).containsExactly(3L, 4L);
        assertThat(kept.versions).containsOnlyKeys(4L);
        shadows.forget();
        shadows.store(kept);
        assertThat(kept.versions).isEmpty();
    }

    @Test
    void whatIsReadStandsWhereItStoodAndIsNotWrittenAgain() throws Exception {
        Trainer learner = new Trainer(spec, BATCH);
        Shadows shadows = shadows();
        shadows.published(learner, 1);
        shadows.published(new Trainer(spec, BATCH), 2);
        shadows.store(kept);
        kept.written.clear();

        Shadows read = read(bytes(shadows::write), shadows());
        assertThat(read.live()).isNull();
        assertThat(read.hasLive()).isTrue();
        assertThat(read.load(kept)).isTrue();
        assertThat(bytes(read.live()::writeState)).isEqualTo(bytes(shadows.live()::writeState));
        assertThat(bytes(read.previous()::writeState))
                .isEqualTo(bytes(shadows.previous()::writeState));
        read.store(kept);
        assertThat(kept.written).isEmpty();
    }

    @Test
    void whereTheStoreLacksAVersionNoneStands() throws Exception {
        Shadows shadows = shadows();
        shadows.published(new Trainer(spec, BATCH), 1);
        shadows.published(new Trainer(spec, BATCH), 2);
        shadows.store(kept);
        kept.versions.remove(1L);
        Shadows read = read(bytes(shadows::write), shadows());
        assertThat(read.load(kept)).isFalse();
        assertThat(read.live()).isNull();
        assertThat(read.hasLive()).isFalse();
        assertThat(read.hasPrevious()).isFalse();
    }

    /** Version 1 had the versions whole, without their numbers. */
    @Test
    void versionsOfAnOldStateStandAndAreStoredWithTheNextCheckpoint() throws Exception {
        Trainer learner = new Trainer(spec, BATCH);
        byte[] empty = bytes(shadows()::write);
        byte[] old =
                bytes(
                        out -> {
                            out.writeInt(1);
                            out.writeBoolean(true);
                            learner.writeState(out);
                            out.writeBoolean(false);
                            int metricsAt = Integer.BYTES + 2 * Long.BYTES;
                            out.write(empty, metricsAt, empty.length - metricsAt);
                        });
        Shadows read = read(old, shadows());
        assertThat(read.load(kept)).isTrue();
        assertThat(bytes(read.live()::writeState)).isEqualTo(bytes(learner::writeState));
        read.store(kept);
        Shadows again = read(bytes(read::write), shadows());
        assertThat(again.load(kept)).isTrue();
        assertThat(bytes(again.live()::writeState)).isEqualTo(bytes(learner::writeState));
        again.published(learner, 9);
        again.store(kept);
        assertThat(kept.versions).hasSize(2).containsKey(9L);
    }
}
