package io.tamor.jobs.training;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.StartingPoint;
import io.tamor.jobs.learner.logic.DriftMonitor;
import io.tamor.jobs.learner.logic.LearnerProgress;
import io.tamor.jobs.learner.logic.ModelSpecs;
import io.tamor.jobs.learner.logic.OnlineTraining;
import io.tamor.jobs.learner.logic.Quality;
import io.tamor.jobs.learner.logic.SampleReader;
import io.tamor.jobs.learner.logic.SampleRules;
import io.tamor.jobs.learner.logic.TrainingQueue;
import io.tamor.jobs.learner.logic.UserRow;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.snapshot.Origin;
import io.tamor.model.training.Trainer;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.Sample;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One pass of test-then-train over files of samples: the learner's own order, rules, mini-batches
 * and step, with the user rows in memory. The same samples give the model of the learning job, bit
 * for bit. Memory: the model, the user rows, the samples of the disorder allowed. Used once.
 */
public final class OfflineTraining implements SampleFolder.Consumer {
    private final Deployment deployment;
    private final SampleRules rules;
    private final SampleReader reader;
    private final Trainer trainer;
    private final Quality quality;
    private final LearnerProgress progress;
    private final DriftMonitor drift;
    private final MapUserRows userRows = new MapUserRows();
    private final TrainingQueue queue;
    private final OnlineTraining training;
    private final Map<RejectionCause, Long> refused = new TreeMap<>();
    private @Nullable String firstRefusal;
    private @Nullable Origin startedFrom;

    /**
     * A new model, or the one of {@code learner.start_from}.
     *
     * @param shownFromMs the quality counts impressions shown at this time (epoch milliseconds) or
     *     later
     */
    public OfflineTraining(Deployment deployment, long shownFromMs) throws IOException {
        ModelSpec spec = ModelSpecs.of(deployment);
        int batch = deployment.learner().batch();
        this.deployment = deployment;
        this.rules = new SampleRules(deployment);
        this.reader = new SampleReader(deployment);
        this.trainer = new Trainer(spec, batch);
        this.quality = new Quality(spec, shownFromMs);
        this.progress = new LearnerProgress(spec.tasks().size());
        this.drift = new DriftMonitor(spec, deployment.learner().drift());
        this.queue = new TrainingQueue(batch, deployment.learner().maxDelay().toMillis());
        this.training = new OnlineTraining(deployment, trainer, quality, progress, drift, userRows);
        training.afterEach(trained -> quality.takeClosed());
        StartingPoint start = new StartingPoint();
        if (start.pending(deployment)) {
            startedFrom = start.takeOver(deployment, trainer);
        }
    }

    /** Trains everything in a folder, the last mini-batch partial. */
    public void run(SampleFolder samples) throws Exception {
        samples.read(deployment.learner().disorder().toMillis(), this);
        queue.drain(training);
        quality.closeAll();
    }

    @Override
    public void sample(Sample sample, String file, long index) throws Exception {
        if (sample.getMaturedAtMs() < deployment.learner().startAtMs()) {
            return;
        }
        if (!rules.learns(sample)) {
            return; // of a label set that another model learns
        }
        SampleRules.Refusal refusal = rules.check(sample, sample.getUserId());
        if (refusal != null) {
            refused.merge(refusal.cause(), 1L, Long::sum);
            progress.rejectedRecords++;
            if (firstRefusal == null) {
                firstRefusal = file + ", sample " + index + ": " + refusal.detail();
            }
        } else if (queue.offer(reader.of(sample, file, index), training)) {
            progress.lateSamples++;
        }
    }

    @Override
    public void watermark(long timeMs) throws Exception {
        queue.advance(timeMs, training);
    }

    /** The model. */
    public Trainer trainer() {
        return trainer;
    }

    /** The snapshot that the model started from; null for a new one. */
    public @Nullable Origin startedFrom() {
        return startedFrom;
    }

    /** Its test-then-train quality. */
    public Quality quality() {
        return quality;
    }

    /** How far it is. */
    public LearnerProgress progress() {
        return progress;
    }

    /** What has become worse. */
    public DriftMonitor drift() {
        return drift;
    }

    /** The users' rows. */
    public Map<String, UserRow> userRows() {
        return userRows.rows();
    }

    /** Samples refused, by cause; the learning job would write them to the rejected topic. */
    public Map<RejectionCause, Long> refused() {
        return refused;
    }

    /** The first refusal: file, sample and why; null for none. */
    public @Nullable String firstRefusal() {
        return firstRefusal;
    }
}
