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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots that earlier builds wrote must be read for ever. */
class GoldenSnapshotTest {
    private static final String MANIFEST =
            "9e5ec1dad89009d7a9d604ab05616227536c1e8036adb29151e2515b1317e89c";

    private static final Map<Integer, String> DELTA_MANIFESTS =
            Map.of(
                    2, "2e9b38138e908b54565ce29d95e31db61879e52ebc167455c1a50902116818e5",
                    3, "8c99229a3080c4e230c3173f7db2950a57be24b0b6b1c1ca210b84a8242292e8");

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

        assertThat(manifest.delta()).isFalse();
        assertThat(manifest.gate()).isNull();
        assertThat(manifest.startedFrom()).isNull();
        assertThat(ManifestJson.write(manifest))
                .isEqualTo(Files.readAllBytes(resource("v1").resolve("manifest.json")));
        assertScores(snapshot, resource("v1-scores.txt"));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void aDeltaOfEveryVersionIsReadWithItsParentAndScoresAsItDid(int format)
            throws IOException, URISyntaxException {
        Path versions = resource("v" + format);
        SnapshotFolder full =
                new SnapshotFolder(new LocalSnapshotStore(versions.resolve("v00000012")));
        assertThat(full.verify()).isEmpty();
        assertThat(full.manifest().gate()).isEqualTo(TestingSnapshots.report());
        SnapshotFolder delta =
                new SnapshotFolder(new LocalSnapshotStore(versions.resolve("v00000013")));
        assertThat(delta.verify()).isEmpty();
        assertThat(SnapshotChain.verify(List.of(full, delta))).isEmpty();
        assertThat(SnapshotChain.needed(delta)).containsExactly(12L, 13L);
        Snapshot snapshot = delta.load(DELTA_MANIFESTS.get(format));
        assertThat(snapshot.manifest().formatVersion()).isEqualTo(format);
        assertThat(snapshot.manifest().delta()).isTrue();
        assertThat(snapshot.manifest().startedFrom())
                .isEqualTo(format < 3 ? null : GoldenSnapshot.ORIGIN);
        assertThat(ManifestJson.write(snapshot.manifest())).isEqualTo(delta.manifestBytes());
        assertScores(snapshot, versions.resolve("v00000013-scores.txt"));
    }

    private static void assertScores(Snapshot snapshot, Path wantedScores) throws IOException {
        Scores scores = new Scorer(snapshot, 8, 1).score(GoldenSnapshot.batch(9));
        List<String> wanted = Files.readAllLines(wantedScores);
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
