package io.tamor.jobs.learner.logic;

import io.tamor.jobs.config.SampleSchema;
import io.tamor.model.config.FieldSpec;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.embedding.FeatureHash;
import io.tamor.model.network.MiniBatch;
import io.tamor.schemas.Sample;
import io.tamor.schemas.wire.FeatureWire;
import io.tamor.schemas.wire.MalformedRecordException;

/**
 * Turns samples that {@link SampleRules} passed into rows of a mini-batch: hashes become table
 * rows, the user becomes the slot that holds its row. Not thread-safe.
 */
public final class SampleRows {
    /** The slot argument where the model has no user row. */
    public static final int NO_SLOT = -1;

    private final ModelSpec spec;
    private final SampleRules rules;
    private final int firstHashed;
    private final float[] dense;
    private final int[] tableRows = new int[FeatureWire.MAX_VALUES];

    public SampleRows(ModelSpec spec, SampleSchema schema, SampleRules rules) {
        this.spec = spec;
        this.rules = rules;
        this.firstHashed = ModelSpecs.userRowField(spec) + 1;
        this.dense = new float[schema.dense().size()];
    }

    /** Adds the sample as the batch's next row and returns the row's index. */
    public int add(Sample sample, int slot, MiniBatch into) {
        int row = into.addRow();
        if (slot != NO_SLOT) {
            into.category(row, ModelSpecs.userRowField(spec), slot);
        }
        try {
            FeatureWire.unpackCategorical(
                    sample.getCategorical(),
                    spec.input().fields().size() - firstHashed,
                    (field, index, count, hash) ->
                            hashed(into, row, firstHashed + field, index, count, hash));
            FeatureWire.unpackDense(sample.getDense(), dense);
        } catch (MalformedRecordException e) {
            throw new IllegalStateException("an unchecked sample reached the mini-batch", e);
        }
        for (int i = 0; i < dense.length; i++) {
            into.dense(row, i, dense[i]);
        }
        into.tier(row, rules.tier(sample));
        into.scenario(row, rules.scenario(sample));
        for (int task = 0; task < spec.tasks().size(); task++) {
            if (sample.getMasks().get(task)) {
                into.label(row, task, sample.getLabels().get(task), sample.getWeights().get(task));
            }
        }
        return row;
    }

    private void hashed(MiniBatch into, int row, int field, int index, int count, long hash) {
        FieldSpec spec = this.spec.input().fields().get(field);
        tableRows[index] = FeatureHash.row(hash, spec.rows());
        if (index == count - 1) {
            into.categories(row, field, tableRows, 0, count);
        }
    }
}
