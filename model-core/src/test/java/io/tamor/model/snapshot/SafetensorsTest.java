package io.tamor.model.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.model.SharedFiles;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class SafetensorsTest {
    private static final INDArray MATRIX =
            Nd4j.create(new float[] {1, 2, 3, 4, 5, 6}, new long[] {2, 3}, 'c');

    @Test
    void whatIsWrittenIsReadBack() throws IOException {
        Map<String, INDArray> tensors =
                new TreeMap<>(
                        Map.of(
                                "b/weight", MATRIX,
                                "a/bias", Nd4j.createFromArray(0.5f, Float.NaN),
                                "ids", Nd4j.createFromArray(new int[] {1, -2, 3}),
                                "z/count", Nd4j.createFromArray(1e300),
                                "keys", Nd4j.createFromArray(new long[] {Long.MIN_VALUE}),
                                "scalar", Nd4j.scalar(7f),
                                "none", Nd4j.create(DataType.FLOAT, new long[] {0, 3}, 'c'),
                                "cube", Nd4j.rand(DataType.FLOAT, 3, 4, 5)));
        Map<String, String> metadata = Map.of("config", "{\"ü\": 1}", "a", "");

        byte[] bytes = write(tensors, metadata);
        Safetensors read = read(bytes);

        assertThat(read.metadata()).isEqualTo(metadata);
        assertThat(read.tensors().keySet()).isEqualTo(tensors.keySet());
        tensors.forEach(
                (name, array) -> {
                    INDArray found = read.tensors().get(name);
                    assertThat(found.shape()).as(name).isEqualTo(array.shape());
                    assertThat(found.dataType()).as(name).isEqualTo(array.dataType());
                    if (!array.isEmpty()) {
                        assertThat(found.data().asDouble()).isEqualTo(array.data().asDouble());
                    }
                });
        assertThat(write(read.tensors(), read.metadata())).isEqualTo(bytes);
    }

    @Test
    void tensorsAreAlignedToTheirWidth() throws IOException {
        byte[] bytes =
                write(
                        Map.of("a", Nd4j.scalar(1f), "b", Nd4j.scalar(2.0), "c", Nd4j.scalar(3f)),
                        Map.of());
        int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertThat(header % 8).isZero();
        String json = new String(bytes, 8, header, UTF_8);
        assertThat(json).contains("\"b\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,8]}");
        assertThat(bytes).hasSize(8 + header + 16);
    }

    @Test
    void viewsAndColumnMajorArraysAreWrittenInRowMajorOrder() throws IOException {
        INDArray column = MATRIX.get(NDArrayIndex.all(), NDArrayIndex.interval(1, 3));
        Safetensors read =
                read(
                        write(
                                Map.of("t", MATRIX.transpose(), "f", MATRIX.dup('f'), "v", column),
                                Map.of()));
        assertThat(read.tensors().get("t").data().asFloat()).containsExactly(1, 4, 2, 5, 3, 6);
        assertThat(read.tensors().get("f").data().asFloat()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(read.tensors().get("v").data().asFloat()).containsExactly(2, 3, 5, 6);
    }

    @Test
    void everySharedFixtureIsReadAndWrittenAgain() throws IOException {
        Path folder = SharedFiles.folder("parity");
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> fixtures =
                    files.filter(f -> f.toString().endsWith(".safetensors")).sorted().toList();
            assertThat(fixtures).isNotEmpty();
            for (Path fixture : fixtures) {
                Safetensors read = Safetensors.read(fixture);
                assertThat(read.metadata()).containsKey("config");
                assertThat(read.tensors().get("input/categorical").dataType())
                        .isEqualTo(DataType.INT32);
                Safetensors again = read(write(read.tensors(), read.metadata()));
                assertThat(again.metadata()).isEqualTo(read.metadata());
                assertThat(again.tensors()).isEqualTo(read.tensors());
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}|needs 12 bytes",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|bytes trail",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}|cut off",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|there is a gap",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                        + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}|overlap",
                "{\"a\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[0,8]}}|has dtype F16",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}|>= 0",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}|whole numbers",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}|needs 8 bytes",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]}}|needs 2 data",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775807,9],"
                        + "\"data_offsets\":[0,8]}}|impossible shape",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],"
                        + "\"data_offsets\":[0,8]}}|whole numbers",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                        + "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}|uplicate",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}|needs exactly",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}}|exactly",
                "{\"a\":7}|needs exactly",
                "{\"__metadata__\":{\"a\":1}}|must be text",
                "{\"__metadata__\":[]}|must be an object",
                "{} {}|not as it must be",
                "[]|must begin with",
                "{\"a\":|not as it must be",
            })
    void aHeaderThatDoesNotFitIsRefused(String header, String error) {
        assertThatThrownBy(() -> read(file(header.getBytes(UTF_8), 8)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("testing")
                .hasMessageContaining(error);
    }

    @Test
    void anImpossibleHeaderLengthIsRefusedBeforeItIsRead() {
        for (long length : new long[] {-1, 0, 9, 100_000_001, Long.MAX_VALUE}) {
            ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
            assertThatThrownBy(() -> read(bytes.putLong(length).array()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("2 to 8 bytes");
        }
        assertThatThrownBy(() -> read(new byte[7])).hasMessageContaining("at least 8 bytes");
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        assertThatThrownBy(() -> read(file(new byte[] {'{', (byte) 0xff, '}'}, 0)))
                .hasMessageContaining("not UTF-8");
    }

    @Test
    void everyCutAndNoDamageOfTheHeaderGoesUnnoticedOrCrashes() throws IOException {
        byte[] whole = write(Map.of("weight", MATRIX, "bias", Nd4j.scalar(1f)), Map.of("k", "v"));
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> read(cut)).isInstanceOf(IOException.class);
        }
        Random random = new Random(7);
        for (int i = 0; i < 3000; i++) {
            byte[] damaged = whole.clone();
            int header = (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong();
            damaged[random.nextInt(8 + header)] = (byte) random.nextInt(256);
            try {
                Safetensors read = read(damaged);
                assertThat(read.tensors()).hasSizeBetween(1, 2);
            } catch (IOException expected) {
                assertThat(expected).hasMessageContaining("testing");
            }
        }
    }

    @Test
    void aTypeThatIsNotWrittenIsNamed() {
        assertThatThrownBy(() -> write(Map.of("h", MATRIX.castTo(DataType.FLOAT16)), Map.of()))
                .hasMessageContaining("tensor h is of type HALF");
    }

    private static byte[] file(byte[] header, int body) {
        return ByteBuffer.allocate(8 + header.length + body)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .array();
    }

    private static byte[] write(Map<String, INDArray> tensors, Map<String, String> metadata)
            throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Safetensors.write(out, tensors, metadata);
        return out.toByteArray();
    }

    private static Safetensors read(byte[] bytes) throws IOException {
        return Safetensors.read(new ByteArrayInputStream(bytes), bytes.length, "testing");
    }
}
