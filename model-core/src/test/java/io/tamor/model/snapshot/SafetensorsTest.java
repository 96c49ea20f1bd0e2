package io.tamor.model.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.model.SharedFiles;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

final class SafetensorsTest {

    @Test
    void tensorsOfAnyShapeAndOrderSurviveTheirBytes() throws IOException {
        SortedMap<String, INDArray> tensors = new TreeMap<>();
        tensors.put(
                "b/matrix", Nd4j.createFromArray(new float[][] {{1, 2, 3}, {4, 5, 6}}).dup('f'));
        tensors.put("a/vector", Nd4j.createFromArray(-0f, Float.MIN_VALUE, Float.MAX_VALUE));
        tensors.put("c/ids", Nd4j.createFromArray(1, -2, Integer.MAX_VALUE));

        Safetensors.Content read = read(write(tensors, Map.of("version", "7", "äß", "\"x\"")));

        assertThat(read.metadata())
                .containsExactlyEntriesOf(new TreeMap<>(Map.of("version", "7", "äß", "\"x\"")));
        assertThat(read.tensors().keySet()).containsExactly("a/vector", "b/matrix", "c/ids");
        assertThat(read.tensor("b/matrix", 2, 3).toFloatMatrix())
                .isDeepEqualTo(new float[][] {{1, 2, 3}, {4, 5, 6}});
        assertThat(read.tensor("a/vector", 3).toFloatVector())
                .containsExactly(-0f, Float.MIN_VALUE, Float.MAX_VALUE);
        assertThat(read.tensor("c/ids", 3).toIntVector()).containsExactly(1, -2, Integer.MAX_VALUE);
    }

    @Test
    void theSameParametersGiveTheSameBytes() throws IOException {
        byte[] bytes = write(example(), Map.of("k", "v"));
        Safetensors.Content read = read(bytes);

        assertThat(write(read.tensors(), read.metadata())).isEqualTo(bytes);
        assertThat(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong() % 8).isZero();
    }

    @Test
    void aMissingTensorAndAnotherShapeAreRefusedWithBothShapes() throws IOException {
        Safetensors.Content content = read(write(example(), Map.of()));

        assertThatThrownBy(() -> content.tensor("none", 1)).hasMessage("no tensor none");
        assertThatThrownBy(() -> content.tensor("w", 2, 3))
                .hasMessage("tensor w has shape [2, 2], wanted [2, 3]");
    }

    @Test
    void everyCutIsRefused() throws IOException {
        byte[] bytes = write(example(), Map.of("k", "v"));
        for (int cut = 0; cut < bytes.length; cut++) {
            byte[] start = Arrays.copyOf(bytes, cut);
            assertThatThrownBy(() -> read(start)).isInstanceOf(MalformedSnapshotException.class);
        }
        assertThatThrownBy(() -> read(Arrays.copyOf(bytes, bytes.length + 1)))
                .hasMessageContaining("bytes left");
    }

    @Test
    void unsoundHeadersAreRefused() {
        refused("{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}", "F64");
        refused(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
                "wanted [0, 8)");
        refused(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                "wanted [0, 4)");
        refused(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
                "no sound shape");
        refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", "no sound shape");
        refused(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                        + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "no JSON");
        refused("[]", "no JSON object");
        refused("{\"a\":", "no JSON");
    }

    @Test
    void aHugeHeaderIsRefusedBeforeItIsRead() {
        byte[] bytes = new byte[64];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(1L << 40);
        assertThatThrownBy(() -> read(bytes))
                .hasMessageContaining("a header of 1099511627776 bytes");
    }

    @Test
    void filesOfAnotherWriterAreRead() throws IOException {
        Path folder = SharedFiles.folder("parity");
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(f -> f.toString().endsWith(".safetensors")).toList();
        }
        assertThat(files).isNotEmpty();
        for (Path file : files) {
            Safetensors.Content content = read(Files.readAllBytes(file));
            assertThat(content.metadata()).containsKey("config");
            assertThat(content.tensors().get("input/tier").shape()).hasSize(1);
        }
    }

    private static void refused(String header, String reason) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + 8).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json);
        assertThatThrownBy(() -> read(bytes.array()))
                .isInstanceOf(MalformedSnapshotException.class)
                .hasMessageContaining(reason);
    }

    private static SortedMap<String, INDArray> example() {
        SortedMap<String, INDArray> tensors = new TreeMap<>();
        tensors.put("w", Nd4j.createFromArray(new float[][] {{1, 2}, {3, 4}}));
        tensors.put("x", Nd4j.createFromArray(5f));
        return tensors;
    }

    private static byte[] write(SortedMap<String, INDArray> tensors, Map<String, String> metadata)
            throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Safetensors.write(out, tensors, metadata);
        return out.toByteArray();
    }

    private static Safetensors.Content read(byte[] bytes) throws IOException {
        return Safetensors.read(new ByteArrayInputStream(bytes));
    }
}
