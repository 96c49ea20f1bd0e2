package io.tamor.model.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.model.TestingModels;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.ModelSpecJson;
import io.tamor.model.config.NetworkSpec;
import io.tamor.model.training.Trainer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class SnapshotFolderTest {
    private static final ModelSpec SPEC = TestingModels.spec(NetworkSpec.TAMOR);

    @TempDir Path folder;

    @Test
    void aSnapshotIsReadAsItWasWritten() throws IOException {
        Trainer trainer = TestingModels.trained(SPEC, 5);
        SnapshotContent content = TestingSnapshots.content(trainer, 1, null);
        SnapshotFolder snapshot = new SnapshotFolder(new LocalSnapshotStore(folder.resolve("v1")));
        String hash = snapshot.write(content, Map.of("notes.txt", out -> out.write(65)));

        assertThat(snapshot.verify()).isEmpty();
        assertThat(snapshot.manifestSha256()).isEqualTo(hash);
        Snapshot read = snapshot.load(hash);
        assertThat(read.manifest().model()).isEqualTo(SPEC);
        assertThat(read.manifest().progress()).isEqualTo(content.progress());
        assertThat(read.manifest().metrics()).isEqualTo(content.metrics());
        assertThat(read.manifest().files().keySet())
                .containsExactly("model.safetensors", "notes.txt");
        assertThat(read.manifest().files().get("notes.txt").bytes()).isEqualTo(1);
        assertThat(read.parameters()).isEqualTo(content.parameters());
        assertThatThrownBy(() -> snapshot.load("00"))
                .hasMessageContaining("has hash " + hash + ", announced was 00");
        assertThatThrownBy(() -> snapshot.write(content))
                .isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void theOriginOfAModelIsNamedBesideItsParentAndMayHaveAnyNumber() throws IOException {
        Parent parent = new Parent(1, Sha256.hex("a parent"));
        Origin origin = new Origin(42, Sha256.hex("a snapshot trained elsewhere"));
        MemorySnapshotStore store = new MemorySnapshotStore("testing");
        SnapshotFolder snapshot = new SnapshotFolder(store);
        snapshot.write(
                TestingSnapshots.content(
                        TestingModels.trained(SPEC, 1), new Lineage(2, parent, origin, "testing")));
        Manifest read = snapshot.load().manifest();
        assertThat(read.startedFrom()).isEqualTo(origin);
        assertThat(read.parent()).isEqualTo(parent);
        assertThat(ManifestJson.write(read)).isEqualTo(store.files().get("manifest.json"));
    }

    @Test
    void theSameModelGivesTheSameBytes() throws IOException {
        MemorySnapshotStore one = written(TestingModels.trained(SPEC, 3), 7);
        MemorySnapshotStore two = written(TestingModels.trained(SPEC, 3), 7);
        assertThat(one.list()).isEqualTo(two.list());
        one.files().forEach((name, b) -> assertThat(two.files().get(name)).as(name).isEqualTo(b));
    }

    @Test
    void aDamagedMissingOrUnknownFileIsFound() throws IOException {
        SnapshotFolder snapshot = new SnapshotFolder(new LocalSnapshotStore(folder));
        snapshot.write(TestingSnapshots.content(TestingModels.trained(SPEC, 1), 1, null));
        Path file = folder.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        Files.writeString(folder.resolve("stray"), "");
        assertThat(snapshot.verify()).hasSize(2);
        assertThat(snapshot.verify().get(0)).contains("does not know the files [stray]");
        assertThat(snapshot.verify().get(1)).contains("and hash").contains("the manifest says");
        assertThatThrownBy(snapshot::load).hasMessageContaining("the snapshot is damaged");
        Files.delete(file);
        assertThat(snapshot.verify().get(1)).contains("cannot be read");
        Files.delete(folder.resolve("manifest.json"));
        assertThat(snapshot.verify()).hasSize(1);
    }

    @Test
    void parametersThatDoNotFitAreNamedWithBothShapes() throws IOException {
        Trainer trainer = TestingModels.trained(SPEC, 1);
        SortedMap<String, INDArray> parameters = new TreeMap<>(trainer.snapshotParameters());
        parameters.put("bias/layer0/weight", Nd4j.zeros(6, 7));
        parameters.put("unknown", Nd4j.zeros(1));
        parameters.remove("embedding/age");
        SnapshotContent content = TestingSnapshots.content(trainer, 3, null);
        MemorySnapshotStore store = new MemorySnapshotStore("testing");
        SnapshotFolder snapshot = new SnapshotFolder(store);
        snapshot.write(
                new SnapshotContent(
                        content.lineage(),
                        SPEC,
                        content.featureSchema(),
                        parameters,
                        content.progress(),
                        List.of(),
                        null));
        assertThat(snapshot.verify()).hasSize(1);
        assertThatThrownBy(snapshot::load)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("testing/model.safetensors: snapshot 3")
                .hasMessageContaining("[embedding/age] are missing")
                .hasMessageContaining("[unknown] are not of this model")
                .hasMessageContaining(
                        "bias/layer0/weight has shape [6, 7], this model needs [6, 8]");
    }

    @Test
    void parametersOfAnotherVersionUnderAValidManifestAreRefused() throws IOException {
        Trainer trainer = TestingModels.trained(SPEC, 1);
        MemorySnapshotStore one = written(trainer, 1);
        MemorySnapshotStore two = written(trainer, 2);
        byte[] foreign = one.files().get("model.safetensors");
        FileEntry entry = entry(foreign);
        Manifest m = new SnapshotFolder(two).manifest();
        Manifest forged =
                new Manifest(
                        3,
                        2,
                        null,
                        null,
                        false,
                        "testing",
                        new TreeMap<>(Map.of("model.safetensors", entry)),
                        m.modelSha256(),
                        m.model(),
                        m.featureSchema(),
                        m.hashing(),
                        m.progress(),
                        m.metrics(),
                        null);
        MemorySnapshotStore store = new MemorySnapshotStore("testing");
        put(store, "model.safetensors", foreign);
        put(store, "manifest.json", ManifestJson.write(forged));
        assertThatThrownBy(() -> new SnapshotFolder(store).load())
                .hasMessageContaining("tamor.version is 1, the manifest says 2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"format_version\" : 3|\"format_version\" : 4|format version 4, this build reads 1 to 3",
                "\"format_version\" : 3|\"format_version\" : 1|format version 1 has no key delta",
                "\"format_version\" : 3|\"format_version\" : 2|format version 2 has no key started_from",
                "\"delta\" : false|\"delta\" : true|a delta must have a parent",
                "\"format_version\" : 3|\"format_version\" : \"1\"|format_version is \"1\"",
                "\"format_version\" : 3,||format_version is missing",
                "\"version\" : 9|\"version\" : 0|version must be >= 1, was 0",
                "\"version\" : 9|\"version\" : 9.5|Cannot coerce",
                "\"version\" : 9|\"version\" : 9, \"extra\" : 1|extra",
                "\"version\" : 9|\"version\" : 9, \"version\" : 9|Duplicate field",
                "\"version\" : 9,||Missing creator property 'version'",
                "\"seed\" : 42|\"seed\" : 43|model_sha256 says",
                "\"model.safetensors\" :|\"../model.safetensors\" :|a file must have a plain name",
                "floorMod|mod|hashing must be",
                "\"parent\" : null|\"parent\" : {\"version\": 9, \"manifest_sha256\": \"\"}|"
                        + "[1, 9), was 9; parent.manifest_sha256 must be 64 hex digits, was ''",
                "\"started_from\" : null|\"started_from\" : {\"version\": 0, \"manifest_sha256\": \"\"}|"
                        + "must be >= 1, was 0; started_from.manifest_sha256 must be 64 hex digits",
                "\"started_from\" : null|\"started_from\" : {\"version\": 1}|manifest_sha256",
                "\"started_from\" : null,||Missing creator property 'started_from'",
                "\"feature_schema\" : \"00c0ffee00c0ffee\"|\"feature_schema\" : \"\"|not be blank",
                "\"feature_schema\" : \"00c0ffee00c0ffee\"|\"feature_schema\" : null|null",
                "{|[|testing",
            })
    void aManifestThatIsNotAsItMustBeIsRefused(String from, String to, String error)
            throws IOException {
        MemorySnapshotStore store = written(TestingModels.trained(SPEC, 1), 9);
        String manifest = new String(store.files().get("manifest.json"), UTF_8);
        assertThat(manifest).contains(from);
        String changed = manifest.replace(from, to == null ? "" : to);
        assertThatThrownBy(() -> ManifestJson.read(changed.getBytes(UTF_8), "testing"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("testing")
                .hasMessageContaining(error);
    }

    @Test
    void aChainHoldsByTheHashesOfTheManifests() throws IOException {
        Trainer trainer = TestingModels.trained(SPEC, 1);
        SnapshotFolder one = new SnapshotFolder(new MemorySnapshotStore("one"));
        String first = one.write(TestingSnapshots.content(trainer, 1, null));
        SnapshotFolder two = new SnapshotFolder(new MemorySnapshotStore("two"));
        two.write(TestingSnapshots.content(trainer, 2, new Parent(1, first)));
        SnapshotFolder afterRollback = new SnapshotFolder(new MemorySnapshotStore("after"));
        afterRollback.write(TestingSnapshots.content(trainer, 3, new Parent(1, first)));
        SnapshotFolder forged = new SnapshotFolder(new MemorySnapshotStore("forged"));
        forged.write(TestingSnapshots.content(trainer, 4, new Parent(1, Sha256.hex("other"))));
        SnapshotFolder orphan = new SnapshotFolder(new MemorySnapshotStore("orphan"));
        orphan.write(TestingSnapshots.content(trainer, 5, new Parent(4, first)));
        SnapshotFolder root = new SnapshotFolder(new MemorySnapshotStore("root"));
        root.write(TestingSnapshots.content(trainer, 6, null));
        assertThat(SnapshotChain.verify(List.of(one, two, afterRollback))).isEmpty();
        assertThat(SnapshotChain.verify(List.of(two, afterRollback))).isEmpty();
        assertThat(SnapshotChain.verify(List.of(one, forged)))
                .singleElement()
                .asString()
                .contains("snapshot 4 follows Parent[version=1")
                .contains("has hash " + first);
        assertThat(SnapshotChain.verify(List.of(one, orphan)))
                .singleElement()
                .asString()
                .contains("which is not there");
        assertThat(SnapshotChain.verify(List.of(one, root))).as("a new model's first").isEmpty();
        SnapshotFolder late = new SnapshotFolder(new MemorySnapshotStore("late"));
        late.write(TestingSnapshots.content(trainer, 7, new Parent(1, first)));
        assertThat(SnapshotChain.verify(List.of(one, orphan, late)))
                .as("after a restore from when the first was live, one is kept for the last")
                .isEmpty();
        assertThat(SnapshotChain.verify(List.of(one, two, orphan, late))).hasSize(1);
    }

    @Test
    void aModelDescriptionsHashIsThatOfItsText() {
        assertThat(ManifestJson.modelSha256(SPEC)).isEqualTo(Sha256.hex(ModelSpecJson.write(SPEC)));
    }

    private static MemorySnapshotStore written(Trainer trainer, long version) throws IOException {
        MemorySnapshotStore store = new MemorySnapshotStore("testing");
        new SnapshotFolder(store).write(TestingSnapshots.content(trainer, version, null));
        return store;
    }

    private static void put(MemorySnapshotStore store, String name, byte[] bytes)
            throws IOException {
        try (var out = store.create(name)) {
            out.write(bytes);
        }
    }

    private static FileEntry entry(byte[] bytes) throws IOException {
        try (InputStream in = new ByteArrayInputStream(bytes)) {
            return Sha256.entry(in);
        }
    }
}
