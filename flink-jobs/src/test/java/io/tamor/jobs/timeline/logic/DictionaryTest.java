package io.tamor.jobs.timeline.logic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every value comes back, and takes its bytes once. */
final class DictionaryTest {
    private static final int BYTES = 8;

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 9, 10, 120, 3_000})
    void valuesAreWholeOnceAndNumbersThen(int distinct) throws IOException {
        Random random = new Random(distinct);
        long[] words = random.longs(distinct).toArray();
        long[] values =
                random.ints(3L * distinct, 0, distinct).mapToLong(word -> words[word]).toArray();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        Dictionary written = Dictionary.ofHashes();
        Set<Long> seen = new LinkedHashSet<>();
        for (long value : values) {
            int before = out.size();
            written.write(out, value);
            assertThat(out.size() - before >= BYTES).isEqualTo(seen.add(value));
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
        Dictionary read = Dictionary.ofHashes();
        for (long value : values) {
            assertThat(read.read(in)).isEqualTo(value);
        }
        assertThat(in.available()).isZero();
    }
}
