package io.tamor.model.benchmark;

import io.tamor.model.config.ModelSpec;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.training.Trainer;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The reference model and batches for it, the same in every fork. */
@State(Scope.Thread)
public class ReferenceState {
    private static final long SEED = 1;
    private static final int BATCHES = 32;
    private static final int ITEMS = 200;

    final Trainer trainer;
    final MiniBatch oneUser;
    final MiniBatch independent;
    private final MiniBatch[] batches = new MiniBatch[BATCHES];
    private int next;

    public ReferenceState() {
        ModelSpec spec = ReferenceModel.spec();
        trainer = new Trainer(spec, ReferenceModel.BATCH);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < BATCHES; i++) {
            batches[i] = ReferenceModel.batch(spec, ReferenceModel.BATCH, false, random);
        }
        oneUser = ReferenceModel.batch(spec, ITEMS, true, random);
        independent = ReferenceModel.batch(spec, ITEMS, false, random);
    }

    /** The batches in turn. */
    MiniBatch nextBatch() {
        MiniBatch batch = batches[next];
        next = (next + 1) % BATCHES;
        return batch;
    }
}
