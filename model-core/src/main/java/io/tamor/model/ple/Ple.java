package io.tamor.model.ple;

import io.tamor.model.config.PleSpec;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.ParameterFactory;
import io.tamor.model.tensor.RowGroups;
import java.util.Arrays;

/**
 * Progressive layered extraction (Tang et al., RecSys 2020): levels of experts, own to a group or
 * shared, each group's gate mixing its own and the shared ones. All inputs of level 0 are the same.
 */
public final class Ple implements Extraction {
    private final PleLevel[] levels;
    private final Matrix[] groupInputs;
    private final Matrix[] dGroupInputs;

    /** Levels named {@code <name>/level<l>}. */
    public Ple(
            ParameterFactory factory,
            String name,
            int inputs,
            PleSpec spec,
            int groups,
            boolean ownRowsOnly,
            int capacity) {
        levels = new PleLevel[spec.levels()];
        int in = inputs;
        for (int l = 0; l < levels.length; l++) {
            int after = levels.length - 1 - l;
            // The shared gate of a level mixes all groups' experts, so only the last level's
            // experts, and the gates that feed it alone, can keep to their own rows.
            PleLevel.Rows rows =
                    new PleLevel.Rows(ownRowsOnly && after == 0, ownRowsOnly && after <= 1);
            levels[l] =
                    new PleLevel(
                            factory,
                            name + "/level" + l,
                            in,
                            spec,
                            groups,
                            after > 0,
                            rows,
                            capacity);
            in = levels[l].width();
        }
        groupInputs = new Matrix[groups];
        dGroupInputs = new Matrix[groups];
    }

    @Override
    public void forward(Matrix x, RowGroups rows) {
        for (int l = 0; l < levels.length; l++) {
            levels[l].forward(inputs(l, x), sharedInput(l, x), rows);
        }
    }

    @Override
    public void backward(Matrix x, Matrix dx, RowGroups rows) {
        for (int l = levels.length - 1; l >= 0; l--) {
            if (l > 0) {
                levels[l - 1].clearOutputGradients(rows.size());
            }
            levels[l].backward(
                    inputs(l, x),
                    sharedInput(l, x),
                    gradients(l, dx),
                    l == 0 ? dx : levels[l - 1].sharedOutputGradient(),
                    rows);
        }
    }

    private Matrix[] inputs(int level, Matrix x) {
        for (int k = 0; k < groupInputs.length; k++) {
            groupInputs[k] = level == 0 ? x : levels[level - 1].output(k);
        }
        return groupInputs;
    }

    private Matrix sharedInput(int level, Matrix x) {
        return level == 0 ? x : levels[level - 1].sharedOutput();
    }

    private Matrix[] gradients(int level, Matrix dx) {
        if (level == 0) {
            Arrays.fill(dGroupInputs, dx);
        } else {
            for (int k = 0; k < dGroupInputs.length; k++) {
                dGroupInputs[k] = levels[level - 1].outputGradient(k);
            }
        }
        return dGroupInputs;
    }

    @Override
    public Matrix output(int group) {
        return levels[levels.length - 1].output(group);
    }

    @Override
    public Matrix outputGradient(int group) {
        return levels[levels.length - 1].outputGradient(group);
    }

    @Override
    public int width() {
        return levels[levels.length - 1].width();
    }
}
