package io.tamor.model.snapshot.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OrtException;
import io.tamor.model.SharedFiles;
import io.tamor.model.TestingModels;
import io.tamor.model.config.AblationSpec;
import io.tamor.model.config.AmountLoss;
import io.tamor.model.config.Encoding;
import io.tamor.model.config.FieldSpec;
import io.tamor.model.config.InputSpec;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.NetworkSpec;
import io.tamor.model.config.PleSpec;
import io.tamor.model.config.Side;
import io.tamor.model.config.Target;
import io.tamor.model.config.TaskKind;
import io.tamor.model.config.TaskSpec;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.parity.ParityFixture;
import io.tamor.model.snapshot.Manifest;
import io.tamor.model.snapshot.MemorySnapshotStore;
import io.tamor.model.snapshot.SnapshotFolder;
import io.tamor.model.snapshot.TestingSnapshots;
import io.tamor.model.training.Growth;
import io.tamor.model.training.Trainer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import onnx.Onnx;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** ONNX Runtime, which shares no code with this library, computes the same scores. */
class OnnxExportTest {
    private static final double BOUND = 1e-5;

    static List<NetworkSpec> networks() {
        List<NetworkSpec> networks = new ArrayList<>(TestingModels.networks());
        networks.add( // no layers anywhere, no user bias, only own experts
                new NetworkSpec(
                        NetworkSpec.TAMOR,
                        Encoding.ONE_HOT,
                        new PleSpec(1, 1, 0, List.of(4)),
                        null,
                        List.of(),
                        List.of(),
                        List.of(),
                        null,
                        null,
                        AmountLoss.SQUARED_LOG1P,
                        new AblationSpec(false, true, false, false)));
        return networks;
    }

    @ParameterizedTest
    @MethodSource("networks")
    void everyNetworkScoresTheSame(NetworkSpec network) throws IOException, OrtException {
        ModelSpec spec = TestingModels.model(network, 3);
        Trainer trainer = TestingModels.trained(spec, 20);
        requireSame(trainer, TestingModels.batch(spec, 5), Map.of());
    }

    @Test
    void everySharedFixtureScoresTheSame() throws IOException, OrtException {
        Path folder = SharedFiles.folder("parity");
        assumeTrue(folder != null, "no shared/parity beside the repository: set TAMOR_SHARED");
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".safetensors")).toList()) {
                ParityFixture fixture = ParityFixture.read(file);
                MiniBatch batch = fixture.batch();
                Trainer trainer = new Trainer(fixture.spec(), batch.size());
                trainer.loadParameters(fixture.parameters());
                requireSame(trainer, batch, Map.of());
            }
        }
    }

    @Test
    void aGrownModelScoresTheSame() throws IOException, OrtException {
        for (NetworkSpec network : TestingModels.networks()) {
            if (network.type().equals(NetworkSpec.TAMOR) && !network.ablation().plainUser()) {
                Trainer grown =
                        Growth.addTier(
                                TestingModels.trained(TestingModels.model(network, 3), 2),
                                "vip",
                                "high");
                requireSame(grown, TestingModels.batch(grown.spec(), 5), Map.of());
            }
        }
    }

    @Test
    void anExternalFieldIsAnInputOfItsOwn() throws IOException, OrtException {
        ModelSpec plain = TestingModels.spec(NetworkSpec.TAMOR);
        List<FieldSpec> fields = new ArrayList<>(plain.input().fields());
        fields.add(1, new FieldSpec("user", Side.USER, TestingModels.ROWS, 2, true));
        ModelSpec spec = withFields(plain, fields);
        Trainer trainer = TestingModels.trained(spec, 2);
        float[] rows = new float[TestingModels.ROWS * 2];
        for (int slot = 0; slot < TestingModels.ROWS; slot++) {
            float[] row = {slot * 0.1f, -1};
            System.arraycopy(row, 0, rows, slot * 2, 2);
            trainer.loadExternal(1, slot, row, trainer.initialExternalAccumulators(1));
        }
        requireSame(trainer, TestingModels.batch(spec, 5), Map.of("user", rows));
    }

    @Test
    void theGraphSaysWhatItReadsAndGives() throws IOException {
        Trainer trainer = TestingModels.trained(TestingModels.spec(NetworkSpec.MMOE), 1);
        byte[] bytes = export(trainer);
        assertThat(export(trainer)).isEqualTo(bytes);
        Onnx.ModelProto model = Onnx.ModelProto.parseFrom(bytes);
        assertThat(model.getOpsetImport(0).getVersion()).isEqualTo(OnnxExport.OPSET);
        assertThat(model.getGraph().getInputList())
                .extracting(Onnx.ValueInfoProto::getName)
                .containsExactly("categorical", "dense", "tier", "scenario");
        assertThat(model.getGraph().getOutputList())
                .extracting(Onnx.ValueInfoProto::getName)
                .containsExactly("click", "investment", "amount", "total");
        assertThat(model.getMetadataPropsList())
                .extracting(Onnx.StringStringEntryProto::getKey)
                .containsExactly("tamor.model_sha256", "tamor.hashing");
        assertThat(model.getGraph().getInitializerList())
                .extracting(Onnx.TensorProto::getName)
                .contains("embedding/age", "trunk/gate0/weight", "task/click/head/bias");
    }

    @Test
    void theModelIsAFileOfItsSnapshot() throws IOException {
        Trainer trainer = TestingModels.trained(TestingModels.spec(NetworkSpec.PLE), 1);
        SnapshotFolder folder = new SnapshotFolder(new MemorySnapshotStore("testing"));
        folder.write(
                TestingSnapshots.content(trainer, 1, null),
                Map.of(
                        Manifest.ONNX_FILE,
                        OnnxExport.file(
                                trainer.spec(), trainer.snapshotParameters(), trainer.steps())));
        assertThat(folder.verify()).isEmpty();
        assertThat(folder.load().manifest().files().get("model.onnx").bytes()).isPositive();
    }

    @Test
    void whatCannotBeExportedIsSaid() {
        ModelSpec plain = TestingModels.spec(NetworkSpec.MMOE);
        Trainer trainer = TestingModels.trained(plain, 1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ModelSpec clash =
                new ModelSpec(
                        plain.network(),
                        plain.input(),
                        List.of(new TaskSpec("tier", TaskKind.COMMON, Target.BINARY, 1)),
                        plain.optimizer(),
                        1);
        assertThatThrownBy(() -> OnnxExport.write(clash, trainer.snapshotParameters(), 0, out))
                .hasMessageContaining("task tier has the name of an input");
        FieldSpec huge = new FieldSpec("huge", Side.USER, 40_000_000, 16, false);
        FieldSpec slots = new FieldSpec("slots", Side.USER, 40_000_000, 16, true);
        assertThat(OnnxExport.problems(withFields(plain, List.of(huge))))
                .singleElement()
                .asString()
                .contains("2560000000 bytes")
                .contains("lower rows or dim");
        assertThat(OnnxExport.problems(withFields(plain, List.of(slots)))).isEmpty();
        ModelSpec alone = TestingModels.spec(NetworkSpec.SINGLE_TASK);
        FieldSpec large = new FieldSpec("large", Side.USER, 10_000_000, 16, false);
        assertThat(OnnxExport.problems(withFields(alone, List.of(large))))
                .as("each task has tables of its own")
                .singleElement()
                .asString()
                .contains(640_000_000L * alone.tasks().size() + " bytes");
        assertThatThrownBy(() -> OnnxExport.write(plain, Map.of(), 0, out))
                .hasMessageContaining("is missing");
    }

    private static ModelSpec withFields(ModelSpec plain, List<FieldSpec> fields) {
        return new ModelSpec(
                plain.network(),
                new InputSpec(
                        fields,
                        plain.input().dense(),
                        plain.input().tiers(),
                        plain.input().scenarios(),
                        plain.input().normalizeDense()),
                plain.tasks(),
                plain.optimizer(),
                plain.seed());
    }

    private static byte[] export(Trainer trainer) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        OnnxExport.write(trainer.spec(), trainer.snapshotParameters(), trainer.steps(), out);
        return out.toByteArray();
    }

    private static void requireSame(Trainer trainer, MiniBatch batch, Map<String, float[]> external)
            throws IOException, OrtException {
        trainer.score(batch);
        float[][] found = OnnxScores.of(export(trainer), batch, external);
        double largest = 0;
        for (int row = 0; row < batch.size(); row++) {
            for (int task = 0; task < found.length; task++) {
                double wanted = trainer.prediction(row, task);
                double bound = BOUND * Math.max(1, Math.abs(wanted));
                assertThat((double) found[task][row])
                        .as("row %d, task %s", row, batch.spec().tasks().get(task).name())
                        .isCloseTo(wanted, within(bound));
                largest = Math.max(largest, Math.abs(found[task][row] - wanted) / bound * BOUND);
            }
        }
        System.out.println(trainer.spec().network().type() + ": largest difference " + largest);
    }
}
