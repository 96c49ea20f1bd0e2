package io.tamor.model.parity;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tamor.model.config.DenseSpec;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.Side;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.parity.FixtureFile.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One model, one batch and what an independent implementation computed from them: {@code
 * __metadata__.config}, {@code param/*}, {@code input/*}, {@code expect/*}.
 */
public final class ParityFixture {
    private final String name;
    private final FixtureFile file;
    private final ModelSpec spec;
    private final int steps;

    private ParityFixture(String name, FixtureFile file, ModelSpec spec, int steps) {
        this.name = name;
        this.file = file;
        this.spec = spec;
        this.steps = steps;
    }

    /** Reads a fixture; its model is described by its configuration alone. */
    public static ParityFixture read(Path path) throws IOException {
        FixtureFile file = FixtureFile.read(path);
        String config = file.metadata("config");
        if (config == null) {
            throw new IOException(path + " is no fixture: its metadata has no config");
        }
        String steps = file.metadata("steps");
        String name = String.valueOf(path.getFileName()).replace(".safetensors", "");
        return new ParityFixture(
                name,
                file,
                new FixtureConfig(new ObjectMapper().readTree(config)).spec(),
                steps == null ? 3 : Integer.parseInt(steps));
    }

    /** The file's name without its ending. */
    public String name() {
        return name;
    }

    /** The model its configuration describes. */
    public ModelSpec spec() {
        return spec;
    }

    /** Optimiser steps before the expected parameters. */
    public int steps() {
        return steps;
    }

    /** The initial parameters. */
    public Map<String, INDArray> parameters() {
        Map<String, INDArray> parameters = new LinkedHashMap<>();
        file.under("param/").forEach((key, tensor) -> parameters.put(key, array(tensor)));
        return parameters;
    }

    private static INDArray array(Tensor tensor) {
        float[] values = new float[tensor.length()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) tensor.get(i);
        }
        long[] shape = new long[tensor.rank()];
        for (int d = 0; d < shape.length; d++) {
            shape[d] = tensor.size(d);
        }
        return Nd4j.create(values, shape, DataType.FLOAT);
    }

    /** The batch. */
    public MiniBatch batch() throws IOException {
        Tensor categories = file.tensor("input/categorical");
        Tensor labels = file.tensor("input/label");
        int rows = labels.size(0);
        MiniBatch batch = new MiniBatch(spec, rows);
        int userDense = (int) spec.input().dense().stream().filter(ParityFixture::isUser).count();
        for (int r = 0; r < rows; r++) {
            batch.addRow();
            for (int f = 0; f < spec.input().fields().size(); f++) {
                batch.category(r, f, (int) categories.get(r, f));
            }
            for (int d = 0; d < spec.input().dense().size(); d++) {
                double value =
                        d < userDense
                                ? file.tensor("input/user_dense").get(r, d)
                                : file.tensor("input/item_dense").get(r, d - userDense);
                batch.dense(r, d, (float) value);
            }
            batch.tier(r, (int) file.tensor("input/tier").get(r));
            batch.scenario(r, (int) file.tensor("input/scenario").get(r));
            for (int t = 0; t < spec.tasks().size(); t++) {
                if (!file.has("input/mask") || file.tensor("input/mask").get(r, t) != 0) {
                    double weight =
                            file.has("input/weight") ? file.tensor("input/weight").get(r, t) : 1;
                    batch.label(r, t, (float) labels.get(r, t), (float) weight);
                }
            }
        }
        return batch;
    }

    private static boolean isUser(DenseSpec dense) {
        return dense.side() == Side.USER;
    }

    boolean expects(String what) {
        return file.has("expect/" + what);
    }

    Tensor expected(String what) throws IOException {
        return file.tensor("expect/" + what);
    }

    /** Expected tensors under a prefix, by the rest of the name. */
    Map<String, Tensor> expectedUnder(String prefix) {
        return file.under("expect/" + prefix);
    }
}
