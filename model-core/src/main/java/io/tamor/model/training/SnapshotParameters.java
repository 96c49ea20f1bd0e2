package io.tamor.model.training;

import io.tamor.model.config.Side;
import io.tamor.model.embedding.DenseNormalizer;
import io.tamor.model.embedding.InputSide;
import io.tamor.model.network.Network;
import io.tamor.model.network.Parameters;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A model as a snapshot holds it: every parameter, and with normalised dense features {@code
 * normalizer/<user|item>/count} [1], {@code mean} and {@code m2} [features].
 */
public final class SnapshotParameters {
    private final Network network;

    /** The parameters of a network. */
    public SnapshotParameters(Network network) {
        this.network = network;
    }

    /** Every parameter by name, copied. */
    public Map<String, INDArray> copy() {
        Map<String, INDArray> all = new LinkedHashMap<>();
        Parameters parameters = network.parameters();
        for (String name : parameters.names()) {
            all.put(name, parameters.value(name));
        }
        all.putAll(statistics());
        return all;
    }

    /** Names of those that have a number which is not finite. */
    public SortedSet<String> notFinite() {
        Parameters parameters = network.parameters();
        SortedSet<String> names = new TreeSet<>(parameters.names());
        names.removeIf(parameters::isFinite);
        statistics()
                .forEach(
                        (name, values) -> {
                            if (!Parameters.isFinite(values)) {
                                names.add(name);
                            }
                        });
        return names;
    }

    private Map<String, INDArray> statistics() {
        Map<String, INDArray> all = new LinkedHashMap<>();
        for (Side side : Side.values()) {
            DenseNormalizer normalizer = normalizer(side);
            if (normalizer != null && normalizer.features() > 0) {
                all.put(name(side, "count"), Nd4j.create(new float[] {(float) normalizer.count()}));
                all.put(name(side, "mean"), vector(normalizer, true));
                all.put(name(side, "m2"), vector(normalizer, false));
            }
        }
        return all;
    }

    /** Replaces every parameter; names and shapes must be exactly the network's. */
    public void load(Map<String, INDArray> given) {
        Map<String, INDArray> own = copy();
        Set<String> missing = new TreeSet<>(own.keySet());
        missing.removeAll(given.keySet());
        Set<String> unknown = new TreeSet<>(given.keySet());
        unknown.removeAll(own.keySet());
        if (!missing.isEmpty() || !unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "parameters do not fit this model: missing "
                            + missing
                            + ", unknown "
                            + unknown
                            + "; compare the snapshot's model description with this one");
        }
        for (Map.Entry<String, INDArray> entry : own.entrySet()) {
            INDArray value = given.get(entry.getKey());
            if (value == null
                    || value.dataType() != DataType.FLOAT
                    || !Arrays.equals(value.shape(), entry.getValue().shape())) {
                throw new IllegalArgumentException(
                        "parameter "
                                + entry.getKey()
                                + " has shape "
                                + (value == null ? "none" : Arrays.toString(value.shape()))
                                + ", this model needs float32 "
                                + Arrays.toString(entry.getValue().shape()));
            }
        }
        Parameters parameters = network.parameters();
        for (String name : parameters.names()) {
            INDArray value = given.get(name);
            if (value != null) {
                parameters.set(name, value);
            }
        }
        for (Side side : Side.values()) {
            DenseNormalizer normalizer = normalizer(side);
            if (normalizer != null && normalizer.features() > 0) {
                normalizer.restore(
                        array(given, side, "count")[0],
                        array(given, side, "mean"),
                        array(given, side, "m2"));
            }
        }
    }

    private static double[] array(Map<String, INDArray> given, Side side, String what) {
        INDArray values = given.get(name(side, what));
        if (values == null) {
            throw new IllegalArgumentException("parameter " + name(side, what) + " is missing");
        }
        return values.toDoubleVector();
    }

    private @Nullable DenseNormalizer normalizer(Side side) {
        InputSide input = side == Side.USER ? network.inputs().user() : network.inputs().item();
        return input.normalizer();
    }

    private static String name(Side side, String what) {
        return "normalizer/" + side.name().toLowerCase(Locale.ROOT) + "/" + what;
    }

    private static INDArray vector(DenseNormalizer normalizer, boolean mean) {
        float[] values = new float[normalizer.features()];
        for (int f = 0; f < values.length; f++) {
            values[f] = (float) (mean ? normalizer.mean(f) : normalizer.m2(f));
        }
        return Nd4j.create(values);
    }
}
