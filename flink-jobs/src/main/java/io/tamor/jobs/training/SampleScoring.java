package io.tamor.jobs.training;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.ModelDifference;
import io.tamor.jobs.learner.logic.ModelSpecs;
import io.tamor.jobs.learner.logic.QueuedSample;
import io.tamor.jobs.learner.logic.SampleReader;
import io.tamor.jobs.learner.logic.SampleRows;
import io.tamor.jobs.learner.logic.SampleRules;
import io.tamor.model.config.FieldSpec;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.score.ExternalRows;
import io.tamor.model.score.Scorer;
import io.tamor.model.score.Scores;
import io.tamor.model.snapshot.Snapshot;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.Sample;
import io.tamor.schemas.UserBiasRow;
import io.tamor.schemas.file.RecordFileReader;
import io.tamor.schemas.wire.FeatureWire;
import io.tamor.schemas.wire.MalformedRecordException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Scores files of samples with a snapshot, batch by batch. A user without a row has the row of an
 * unknown one, all zeros. Memory: the model, the user rows, one batch. Used once.
 */
public final class SampleScoring implements SampleFolder.Consumer {
    private final Deployment deployment;
    private final Scorer scorer;
    private final Output out;
    private final SampleRules rules;
    private final SampleReader reader;
    private final SampleRows rows;
    private final MiniBatch batch;
    private final Map<String, float[]> userRows = new HashMap<>();
    private final List<Sample> waiting = new ArrayList<>();
    private final List<QueuedSample> read = new ArrayList<>();
    private final Map<RejectionCause, Long> refused = new TreeMap<>();
    private final int capacity;

    /** Takes samples with their scores. */
    @FunctionalInterface
    public interface Output {
        /**
         * @param row of the sample in the scores
         */
        void scored(Sample sample, Scores scores, int row);
    }

    /**
     * @throws IllegalArgumentException where the deployment's features, tasks, tiers, scenarios or
     *     network are not the ones of the snapshot's model
     */
    public SampleScoring(Snapshot snapshot, Deployment deployment, Output out) {
        String wanted = snapshot.manifest().featureSchema();
        String found = deployment.sampleSchema().fingerprintText();
        if (!wanted.equals(found)) {
            throw new IllegalArgumentException(
                    "feature schema: the snapshot reads "
                            + wanted
                            + ", the configuration describes "
                            + found
                            + "; give the configuration that the snapshot was trained with");
        }
        ModelSpec model = snapshot.manifest().model();
        String difference = ModelDifference.first(ModelSpecs.of(deployment), model);
        if (difference != null) {
            throw new IllegalArgumentException(
                    "the configuration's model is not the snapshot's: "
                            + difference
                            + "; give the configuration that the snapshot was trained with");
        }
        this.deployment = deployment;
        int field = ModelSpecs.userRowField(model);
        int slots = field < 0 ? Integer.MAX_VALUE : model.input().fields().get(field).rows();
        this.capacity = Math.min(deployment.learner().batch(), slots);
        this.scorer = new Scorer(snapshot, capacity, 1);
        this.out = out;
        this.rules = new SampleRules(deployment);
        this.reader = new SampleReader(deployment);
        this.rows = new SampleRows(scorer.spec(), deployment.sampleSchema());
        this.batch = new MiniBatch(scorer.spec(), capacity);
    }

    /** Whether the model reads a row of each user. */
    public boolean readsUserRows() {
        return ModelSpecs.userRowField(scorer.spec()) >= 0;
    }

    /** Takes the users' rows from a file as training leaves it. */
    public void userRows(Path file) throws IOException {
        int dim = userField().dim();
        try (RecordFileReader<UserBiasRow> reader =
                new RecordFileReader<>(file, UserBiasRow.class)) {
            for (UserBiasRow row = reader.next(); row != null; row = reader.next()) {
                float[] values = new float[dim];
                try {
                    FeatureWire.unpackDense(row.getValues(), values);
                } catch (MalformedRecordException e) {
                    throw new IOException(
                            file + ": the row of user " + row.getUserId() + " is no row of " + dim,
                            e);
                }
                userRows.put(row.getUserId(), values);
            }
        }
    }

    private FieldSpec userField() {
        return scorer.spec().input().fields().get(ModelSpecs.userRowField(scorer.spec()));
    }

    /** Scores everything in a folder. */
    public void run(SampleFolder samples) throws Exception {
        samples.read(deployment.learner().disorder().toMillis(), this);
        score();
    }

    @Override
    public void sample(Sample sample, String file, long index) {
        SampleRules.Refusal refusal = rules.check(sample, sample.getUserId());
        if (refusal != null) {
            refused.merge(refusal.cause(), 1L, Long::sum);
            return;
        }
        waiting.add(sample);
        read.add(reader.of(sample, file, index));
        if (waiting.size() == capacity) {
            score();
        }
    }

    @Override
    public void watermark(long timeMs) {
        // Scores do not depend on the order.
    }

    private void score() {
        if (waiting.isEmpty()) {
            return;
        }
        batch.clear();
        List<ExternalRows> external = List.of();
        if (readsUserRows()) {
            int dim = userField().dim();
            float[] values = new float[waiting.size() * dim];
            for (int slot = 0; slot < waiting.size(); slot++) {
                float[] row = userRows.get(waiting.get(slot).getUserId());
                if (row != null) {
                    System.arraycopy(row, 0, values, slot * dim, dim);
                }
                rows.add(read.get(slot), slot, batch);
            }
            external = List.of(new ExternalRows(userField().name(), values));
        } else {
            read.forEach(sample -> rows.add(sample, SampleRows.NO_SLOT, batch));
        }
        Scores scores = scorer.score(batch, external);
        for (int row = 0; row < waiting.size(); row++) {
            out.scored(waiting.get(row), scores, row);
        }
        waiting.clear();
        read.clear();
    }

    /** Samples that could not be scored, by cause. */
    public Map<RejectionCause, Long> refused() {
        return refused;
    }
}
