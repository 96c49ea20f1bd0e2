package io.tamor.model.snapshot.onnx;

import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.NetworkSpec;
import io.tamor.model.config.TaskSpec;
import io.tamor.model.snapshot.Hashing;
import io.tamor.model.snapshot.ManifestJson;
import io.tamor.model.snapshot.SnapshotFile;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import onnx.Onnx;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A model as ONNX: features in, scores out, n samples at a time.
 *
 * <pre>
 * categorical  int64 [n, fields]   one table row per field, in field order; 0: missing
 * dense        float [n, k]        as they come, in the order of the model description
 * tier         int64 [n]           index among the tiers
 * scenario     int64 [n]           index among the scenarios
 * external/F   float [n, dim]      the rows of an external field F (its column above is not read)
 * TASK         float [n]           per task: probability, or yuan of an amount</pre>
 *
 * Standardisation is part of the graph. How a text becomes a table row is specified in the manifest
 * ({@link Hashing}) and repeated in the model's metadata. An input that a network does not read is
 * there all the same; {@code categorical} and {@code dense} are left out where the model has no
 * such feature. A field with several values cannot be expressed.
 */
public final class OnnxExport {
    /** Version of the operators used; every runtime since 2021 knows it. */
    public static final int OPSET = 13;

    private static final int IR_VERSION = 7;
    private static final long LARGEST = Integer.MAX_VALUE - (1L << 24);

    private OnnxExport() {}

    /**
     * The model as a file of its snapshot, under {@code Manifest.ONNX_FILE}.
     *
     * @param parameters every parameter by name, as the trainer gives them
     * @param steps training steps applied, which the label transfer's temperature goes by
     */
    public static SnapshotFile file(ModelSpec spec, Map<String, INDArray> parameters, long steps) {
        return out -> write(spec, parameters, steps, out);
    }

    /**
     * Why a model cannot be a file, as far as its description tells; empty where nothing speaks
     * against it.
     */
    public static List<String> problems(ModelSpec spec) {
        List<String> problems = new ArrayList<>();
        for (TaskSpec task : spec.tasks()) {
            if (OnnxInputs.NAMES.contains(task.name())) {
                problems.add("task " + task.name() + " has the name of an input; rename the task");
            }
        }
        long bytes =
                spec.input().fields().stream()
                        .filter(field -> !field.external())
                        .mapToLong(field -> (long) field.rows() * field.dim() * Float.BYTES)
                        .sum();
        if (spec.network().type().equals(NetworkSpec.SINGLE_TASK)) {
            bytes *= spec.tasks().size(); // each has tables of its own
        }
        if (bytes > LARGEST) {
            problems.add(tooLarge("the tables of all features have ", bytes));
        }
        return problems;
    }

    private static String tooLarge(String what, long bytes) {
        return what
                + bytes
                + " bytes, the ONNX file of a version holds at most "
                + LARGEST
                + "; lower rows or dim";
    }

    /** Writes the model; equal models give equal bytes. Does not close the stream. */
    public static void write(
            ModelSpec spec, Map<String, INDArray> parameters, long steps, OutputStream out)
            throws IOException {
        List<String> problems = problems(spec);
        long bytes = parameters.values().stream().mapToLong(INDArray::length).sum() * Float.BYTES;
        if (problems.isEmpty() && bytes > LARGEST) {
            problems.add(tooLarge("all parameters have ", bytes));
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
        OnnxGraph graph = new OnnxGraph(parameters);
        OnnxInputs inputs = new OnnxInputs(graph, spec.input(), parameters);
        new OnnxHeads(graph, spec, OnnxTrunk.inputs(graph, inputs, spec), steps).outputs();
        Onnx.ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("tamor")
                .addOpsetImport(Onnx.OperatorSetIdProto.newBuilder().setVersion(OPSET))
                .addMetadataProps(metadata("tamor.model_sha256", ManifestJson.modelSha256(spec)))
                .addMetadataProps(metadata("tamor.hashing", Hashing.CURRENT.toString()))
                .setGraph(graph.build())
                .build()
                .writeTo(out);
    }

    private static Onnx.StringStringEntryProto metadata(String key, String value) {
        return Onnx.StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }
}
