package io.tamor.jobs.learner.logic;

import io.tamor.jobs.config.SampleSchema;
import io.tamor.model.config.FieldSpec;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.embedding.FeatureHash;
import io.tamor.model.network.MiniBatch;
import io.tamor.schemas.wire.FeatureWire;
import io.tamor.schemas.wire.SampleView;
import java.util.List;

/**
 * Turns samples that {@link SampleRules} passed into rows of a mini-batch: hashes become table
 * rows, the user becomes the slot that holds its row. Not thread-safe.
 */
public final class SampleRows {
    /** The slot of a user where the model has no user row. */
    public static final int NO_SLOT = -1;

    private final ModelSpec spec;
    private final int firstHashed;
    private final int denseCount;
    private final int[] tableRows = new int[FeatureWire.MAX_VALUES];

    public SampleRows(ModelSpec spec, SampleSchema schema) {
        this.spec = spec;
        this.firstHashed = ModelSpecs.userRowField(spec) + 1;
        this.denseCount = schema.dense().size();
    }

    /** Adds the sample as the batch's next row and returns the row's index. */
    public int add(QueuedSample sample, int slot, MiniBatch into) {
        int row = add(sample, into);
        if (slot != NO_SLOT) {
            into.category(row, firstHashed - 1, slot);
        }
        return row;
    }

    /** The same but for the user's slot. */
    int add(QueuedSample sample, MiniBatch into) {
        int row = into.addRow();
        SampleView view = sample.view();
        List<FieldSpec> fields = spec.input().fields();
        int at = view.firstField();
        for (int field = firstHashed; field < fields.size(); field++) {
            int count = view.values(at);
            int tableSize = fields.get(field).rows();
            for (int i = 0; i < count; i++) {
                tableRows[i] = FeatureHash.row(view.hash(at, i), tableSize);
            }
            if (count > 0) {
                into.categories(row, field, tableRows, 0, count);
            }
            at = view.nextField(at);
        }
        for (int i = 0; i < denseCount; i++) {
            into.dense(row, i, view.dense(i));
        }
        into.tier(row, sample.tier());
        into.scenario(row, sample.scenario());
        for (int task = 0; task < spec.tasks().size(); task++) {
            if (view.known(task)) {
                into.label(row, task, view.label(task), view.weight(task));
            }
        }
        return row;
    }
}
