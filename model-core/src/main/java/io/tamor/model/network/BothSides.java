package io.tamor.model.network;

import io.tamor.model.embedding.Inputs;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.RowGroups;

/** Both sides' inputs side by side, in batch order: what the baselines read. */
final class BothSides {
    private final Inputs inputs;
    private final RowGroups order;
    private final Matrix x;
    private final Matrix dx;
    private final Matrix userPart;
    private final Matrix dUserPart;
    private final Matrix itemPart;
    private final Matrix dItemPart;

    BothSides(Inputs inputs, int capacity) {
        this.inputs = inputs;
        order = new RowGroups(1, capacity);
        int wu = inputs.user().width();
        int wi = inputs.item().width();
        x = Matrix.zeros(capacity, wu + wi);
        dx = Matrix.zeros(capacity, wu + wi);
        userPart = x.columns(0, wu);
        dUserPart = dx.columns(0, wu);
        itemPart = x.columns(wu, wi);
        dItemPart = dx.columns(wu, wi);
    }

    void forward(MiniBatch batch) {
        order.single(batch.size());
        var categories = batch.allCategories();
        float[] dense = batch.denseValues();
        inputs.user().assemble(categories, dense, batch.denseCount(), order, userPart);
        inputs.item().assemble(categories, dense, batch.denseCount(), order, itemPart);
    }

    void backward(MiniBatch batch, int lane) {
        inputs.user().backward(batch.allCategories(), order, dUserPart, lane);
        inputs.item().backward(batch.allCategories(), order, dItemPart, lane);
    }

    void learnStatistics(MiniBatch batch) {
        float[] dense = batch.denseValues();
        inputs.user().learnStatistics(dense, batch.denseCount(), batch.size());
        inputs.item().learnStatistics(dense, batch.denseCount(), batch.size());
    }

    /** [x_u; x_i]. */
    Matrix x() {
        return x;
    }

    Matrix dx() {
        return dx;
    }

    RowGroups order() {
        return order;
    }
}
