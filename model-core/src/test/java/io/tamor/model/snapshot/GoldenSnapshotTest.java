package io.tamor.model.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tamor.model.metric.MetricRow;
import io.tamor.model.score.Scorer;
import io.tamor.model.score.Scores;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A snapshot that an earlier build wrote, in format version 1, must be read for ever. */
class GoldenSnapshotTest {
    private static final String MANIFEST =
            "9e5ec1dad89009d7a9d604ab05616227536c1e8036adb29151e2515b1317e89c";

    @Test
    void aSnapshotOfVersion1IsReadAndScoresAsItDid() throws IOException, URISyntaxException {
        SnapshotFolder folder = new SnapshotFolder(new LocalSnapshotStore(resource("v1")));
        assertThat(folder.verify()).isEmpty();
        Snapshot snapshot = folder.load(MANIFEST);
        Manifest manifest = snapshot.manifest();
        assertThat(manifest.model()).isEqualTo(GoldenSnapshot.spec());
        assertThat(manifest.version()).isEqualTo(12);
        assertThat(Objects.requireNonNull(manifest.parent()).version()).isEqualTo(11);
        assertThat(manifest.featureSchema()).isEqualTo("00c0ffee00c0ffee");
        assertThat(manifest.progress().sources()).containsEntry("samples-0", 320L);
        assertThat(manifest.progress().steps()).isEqualTo(3);
        assertThat(manifest.metrics())
                .contains(
                        new MetricRow(
                                "amount",
                                "high",
                                "fund",
                                1,
                                1,
                                new TreeMap<>(
                                        Map.of("calibration", 2.0, "mae", 10.0, "nrmse", 1.0))));

        Scores scores = new Scorer(snapshot, 8, 1).score(GoldenSnapshot.batch(9));
        List<String> wanted = Files.readAllLines(resource("v1-scores.txt"));
        for (int row = 0; row < scores.rows(); row++) {
            String[] values = wanted.get(row).trim().split(" ", -1);
            for (int task = 0; task < scores.tasks(); task++) {
                assertThat((double) scores.prediction(row, task))
                        .isCloseTo(Double.parseDouble(values[task]), within(1e-6));
            }
        }
    }

    private static Path resource(String name) throws URISyntaxException {
        return Path.of(
                Objects.requireNonNull(
                                GoldenSnapshotTest.class.getResource("/snapshot/" + name), name)
                        .toURI());
    }
}
