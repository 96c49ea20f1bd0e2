package io.tamor.model.training;

import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.ModelSpecJson;
import io.tamor.model.embedding.DenseNormalizer;
import io.tamor.model.embedding.EmbeddingTable;
import io.tamor.model.network.Network;
import io.tamor.model.optimizer.Adam;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.Parameter;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * A trainer's state as bytes, version 2, big-endian:
 *
 * <pre>int magic, int version, string model description, long steps,
 * per side with statistics: double count, double[] mean, double[] m2,
 * per dense parameter: string name, int rows, int columns, floats value, m, v, long age of m and v,
 * per table that is not external: string name, int rows, int columns of values and state, floats,
 * long CRC-32 of all before</pre>
 *
 * <p>Version 1 had no ages: they were the number of steps.
 */
record TrainerState(
        ModelSpec spec, Network network, List<Adam.State> moments, List<EmbeddingTable> tables) {
    private static final int MAGIC = 0x54_41_4D_52; // "TAMR"
    private static final int VERSION = 2;
    private static final int AGELESS = 1;

    void write(DataOutput target, long steps) throws IOException {
        StateOutput out = new StateOutput(target);
        out.writeInt(MAGIC);
        out.writeInt(VERSION);
        out.writeString(ModelSpecJson.write(spec));
        out.writeLong(steps);
        for (DenseNormalizer statistics : statistics()) {
            out.writeDouble(statistics.count());
            for (int f = 0; f < statistics.features(); f++) {
                out.writeDouble(statistics.mean(f));
                out.writeDouble(statistics.m2(f));
            }
        }
        List<Parameter> dense = network.parameters().dense();
        for (int i = 0; i < dense.size(); i++) {
            Matrix value = dense.get(i).value();
            writeShape(out, dense.get(i).name(), value.rows(), value.columns());
            out.writeMatrix(value);
            out.writeFloats(moments.get(i).m(), 0);
            out.writeFloats(moments.get(i).v(), 0);
            out.writeLong(moments.get(i).age());
        }
        for (int i = 0; i < tables.size(); i++) {
            if (!tables.get(i).field().external()) {
                EmbeddingTable table = tables.get(i);
                writeShape(out, table.name(), table.field().rows(), table.stride());
                out.writeFloats(table.rows(), table.at(0));
            }
        }
        out.writeChecksum();
    }

    long read(DataInput source) throws IOException {
        StateInput in = new StateInput(source);
        in.expect("magic", MAGIC);
        int version = in.readInt();
        if (version != AGELESS && version != VERSION) {
            throw new IOException(
                    "trainer state: version must be "
                            + AGELESS
                            + " or "
                            + VERSION
                            + ", was "
                            + version
                            + "; restore with the build that wrote it or a newer one");
        }
        String description = in.readString();
        if (!description.equals(ModelSpecJson.write(spec))) {
            throw new IOException(
                    "trainer state is of another model: it was "
                            + description
                            + ", this one is "
                            + ModelSpecJson.write(spec));
        }
        long steps = in.readLong();
        for (DenseNormalizer statistics : statistics()) {
            double count = in.readDouble();
            double[] mean = new double[statistics.features()];
            double[] m2 = new double[statistics.features()];
            for (int f = 0; f < mean.length; f++) {
                mean[f] = in.readDouble();
                m2[f] = in.readDouble();
            }
            statistics.restore(count, mean, m2);
        }
        List<Parameter> dense = network.parameters().dense();
        for (int i = 0; i < dense.size(); i++) {
            Matrix value = dense.get(i).value();
            expectShape(in, dense.get(i).name(), value.rows(), value.columns());
            in.readMatrix(value);
            in.readFloats(moments.get(i).m(), 0);
            in.readFloats(moments.get(i).v(), 0);
            moments.get(i).age(version == AGELESS ? steps : in.readLong());
        }
        for (int i = 0; i < tables.size(); i++) {
            if (!tables.get(i).field().external()) {
                EmbeddingTable table = tables.get(i);
                expectShape(in, table.name(), table.field().rows(), table.stride());
                in.readFloats(table.rows(), table.at(0));
            }
        }
        in.expectChecksum();
        return steps;
    }

    private List<DenseNormalizer> statistics() {
        DenseNormalizer user = network.inputs().user().normalizer();
        DenseNormalizer item = network.inputs().item().normalizer();
        return user == null || item == null ? List.of() : List.of(user, item);
    }

    private static void writeShape(StateOutput out, String name, int rows, int columns)
            throws IOException {
        out.writeString(name);
        out.writeInt(rows);
        out.writeInt(columns);
    }

    private static void expectShape(StateInput in, String name, int rows, int columns)
            throws IOException {
        String found = in.readString();
        if (!found.equals(name)) {
            throw new IOException("trainer state: wanted parameter " + name + ", found " + found);
        }
        in.expect(name + " rows", rows);
        in.expect(name + " columns", columns);
    }
}
