package io.tamor.jobs.learner.logic;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.GateOptions;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.training.Trainer;
import java.util.List;

/**
 * All that a learner alone keeps besides its users: trainer, metrics, progress, what is served and
 * what stands beside it to judge. It is stored by {@link LearnerStateWire} with the parts progress,
 * metrics, trainer, drift, starting point, touched rows, serving, divergence, shadows. One among
 * others keeps {@link ReplicaState}.
 */
public final class AloneState implements AutoCloseable {
    private final Deployment deployment;
    private final ModelSpec spec;
    private final LearnerStateWire.Part start;
    private final Quality quality;
    private final LearnerProgress progress;
    private final Serving serving = new Serving();
    private final DriftMonitor drift;
    private final Divergence divergence;
    private final Shadows shadows;
    private Trainer trainer;

    /**
     * That of a new model.
     *
     * @param start what was started from, which is the caller's
     */
    public AloneState(Deployment deployment, LearnerStateWire.Part start) {
        GateOptions gate = deployment.snapshots().gate();
        this.deployment = deployment;
        this.start = start;
        spec = ModelSpecs.of(deployment);
        trainer = newTrainer();
        quality = new Quality(spec);
        progress = new LearnerProgress(spec.tasks().size());
        drift = new DriftMonitor(spec, deployment.learner().drift());
        divergence = new Divergence(gate.divergenceFactor(), gate.divergenceSteps());
        shadows = new Shadows(spec, deployment.learner().batch(), gate.horizon());
    }

    private Trainer newTrainer() {
        return new Trainer(spec, deployment.learner().batch());
    }

    /**
     * Becomes what was stored.
     *
     * @param elements what {@link #write} gave, the whole of it
     * @param versions those that stand beside the model
     * @throws IllegalStateException where it is not of one learner, or lacks a version
     */
    public void restore(List<byte[]> elements, ShadowStore versions) throws Exception {
        List<List<byte[]>> stored = LearnerStateWire.byWriter(elements);
        if (stored.size() != 1) {
            throw new IllegalStateException(
                    "learner state: wanted the 1 model that a learner alone stores, found "
                            + stored.size()
                            + "; learners that trained side by side go on with learner.merge, at"
                            + " any learner.parallelism");
        }
        LearnerStateWire.read(stored.get(0), deployment.sampleSchema().fingerprint(), parts());
        if (!shadows.load(versions)) {
            throw new IllegalStateException(
                    "learner state: the versions that stand beside the model are missing;"
                            + " restore from another checkpoint");
        }
        serving.adopt(progress.version, progress.manifestSha256, progress.snapshotMs);
        if (!deployment.snapshots().gate().enabled()) {
            // They would be of older versions by the time the gate is wanted again.
            shadows.forget();
        }
    }

    /** What {@link #restore} reads, but for the versions beside the model. */
    public List<byte[]> write() {
        return LearnerStateWire.write(deployment.sampleSchema().fingerprint(), 0, parts());
    }

    private LearnerStateWire.Part[] parts() {
        return new LearnerStateWire.Part[] {
            new LearnerStateWire.Part(progress::write, progress::read),
            new LearnerStateWire.Part(quality::write, quality::read),
            new LearnerStateWire.Part(trainer::writeState, trainer::readState),
            new LearnerStateWire.Part(drift::write, drift::read),
            start,
            new LearnerStateWire.Part(trainer.touchedRows()::write, trainer.touchedRows()::read),
            new LearnerStateWire.Part(serving::write, serving::read),
            new LearnerStateWire.Part(divergence::write, divergence::read),
            new LearnerStateWire.Part(shadows::write, shadows::read)
        };
    }

    /** Replaces the trainer by a new one, whose optimiser knows of no parameters before. */
    public Trainer renewTrainer() {
        trainer = newTrainer();
        return trainer;
    }

    public Trainer trainer() {
        return trainer;
    }

    public Quality quality() {
        return quality;
    }

    public LearnerProgress progress() {
        return progress;
    }

    /** What readers of versions are told to serve. */
    public Serving serving() {
        return serving;
    }

    /** Its users' drift. */
    public DriftMonitor drift() {
        return drift;
    }

    /** Whether its own loss runs away. */
    public Divergence divergence() {
        return divergence;
    }

    /** The versions that score its samples too. */
    public Shadows shadows() {
        return shadows;
    }

    /** Ends the thread of the shadows. */
    @Override
    public void close() {
        shadows.close();
    }
}
