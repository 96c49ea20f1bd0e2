package io.tamor.jobs.learner;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.AloneState;
import io.tamor.jobs.learner.logic.LearnerProgress;
import io.tamor.jobs.learner.logic.Serving;
import io.tamor.jobs.learner.logic.Shadows;
import io.tamor.jobs.learner.logic.VersionGate;
import io.tamor.jobs.snapshot.SnapshotCandidate;
import io.tamor.jobs.snapshot.SnapshotDecision;
import io.tamor.model.training.Trainer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what the gate decides on a learner alone: versions are published or rejected, taken
 * back, and the learner goes back to the live one. Everything happens between two steps, and by the
 * samples alone but for a schedule by checkpoints, so the versions are the same with and without
 * failures. Memory: a version's parameters and files while they are made. Used by the task's
 * thread.
 */
final class VersionPublishing implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VersionPublishing.class);

    private final boolean gated;
    private final AloneState learner;
    private final SampleTraining training;
    private final LearnerOutputs outputs;
    private final Output<StreamRecord<SnapshotCandidate>> output;
    private final VersionGate gate;
    private final SnapshotAssembly assembly;
    private final SnapshotMaking making = new SnapshotMaking();

    VersionPublishing(
            Deployment deployment,
            AloneState learner,
            SampleTraining training,
            LearnerOutputs outputs,
            Output<StreamRecord<SnapshotCandidate>> output)
            throws IOException {
        this.gated = deployment.snapshots().gate().enabled();
        this.learner = learner;
        this.training = training;
        this.outputs = outputs;
        this.output = output;
        this.gate =
                new VersionGate(
                        deployment.snapshots(),
                        learner.trainer().spec(),
                        learner.progress(),
                        learner.serving(),
                        learner.shadows());
        this.assembly = new SnapshotAssembly(deployment);
    }

    /**
     * A step is over. A version is cut here and not with the checkpoint, so that what it holds
     * depends on the samples alone, whenever checkpoints fall and however often one fails.
     */
    void trained() throws Exception {
        if (making.isReady()) {
            handOn();
        }
        if (gated) {
            guard();
        }
        if (gate.due()) {
            publish();
        }
    }

    /** A checkpoint's barrier is next: the checkpoint has a version's effects and its files. */
    void beforeBarrier() throws Exception {
        learner.serving().checkpoints++;
        if (gate.due()) {
            publish();
        }
        handOn();
    }

    /** The input has ended: what was trained since the last version is one more. */
    void end() throws Exception {
        LearnerProgress progress = learner.progress();
        if (progress.samples > progress.snapshotSamples) {
            publish();
        }
        handOn();
    }

    /** Sees to it that neither the learner nor readers go on with something bad. */
    private void guard() throws Exception {
        if (learner.divergence().observe(training.steps().lastLoss())) {
            goBack("its loss diverged");
        }
        List<String> regressions = gate.looks() ? gate.regressions() : List.of();
        if (!regressions.isEmpty()) {
            rollBack(regressions);
        } else if (gate.trialOver()) {
            endTrial();
        }
    }

    private void endTrial() {
        learner.serving().trialOver();
        learner.shadows().trialOver();
    }

    /** The learner becomes the live version again, its users' rows included. */
    private void goBack(String reason) throws Exception {
        Serving serving = learner.serving();
        Shadows shadows = learner.shadows();
        Trainer live = shadows.live();
        if (live == null) {
            LOG.warn("Learner: {}, and no version is live that it could go back to", reason);
            return;
        }
        LOG.warn("Learner goes back to version {}: {}", serving.liveVersion(), reason);
        learner.trainer().copyFrom(live);
        learner.trainer().touchedRows().clear();
        training.userRows().returnTo(serving.liveVersion());
        shadows.clear();
        serving.returned();
        // It is that version: the next one needs labels that were scored from here on.
        learner.progress().versionMade();
        serving.checkpoints = 0;
    }

    /** Readers are told to serve the version before the live one again. */
    private void rollBack(List<String> reasons) throws Exception {
        handOn();
        if (!assembly.canRollBack(learner.serving())) {
            SnapshotAssembly.warnOfNoWayBack(learner.serving(), reasons);
            endTrial();
            return;
        }
        SnapshotCandidate rollback =
                assembly.rollback(learner.serving(), learner.progress(), reasons);
        LOG.warn(
                "Version {} is taken back, version {} live again: {}",
                rollback.takenBack,
                rollback.version,
                rollback.reason);
        learner.shadows().rolledBack();
        emit(rollback);
        training.userRows()
                .takeBack(rollback.takenBack, rollback.version, userRowsOf(rollback.version));
    }

    /** What a version holds is what is there now; its files are made while training goes on. */
    private void publish() throws Exception {
        handOn();
        Trainer trainer = learner.trainer();
        LearnerProgress progress = learner.progress();
        SnapshotDraft draft =
                assembly.draft(
                        trainer,
                        learner.quality(),
                        progress,
                        training.resumeAt(),
                        learner.serving(),
                        gate);
        boolean published = draft.candidate().decision == SnapshotDecision.PUBLISH;
        if (published && gated) {
            // It stands still, so its parameters are copied on the other thread too.
            Trainer standing = learner.shadows().published(trainer, progress.version);
            making.begin(() -> draft.make(standing.snapshotParameters()));
        } else {
            Map<String, INDArray> parameters = trainer.snapshotParameters();
            making.begin(() -> draft.make(parameters));
        }
        if (published) {
            trainer.touchedRows().clear();
            training.userRows().drainChanges(userRowsOf(progress.version));
        } else {
            LOG.warn("Version {} is rejected by the gate; see its manifest", progress.version);
            if (gate.patienceLost()) {
                goBack("too many versions in a row were worse than the live one");
            }
        }
    }

    private UserRows.Visitor userRowsOf(long version) {
        return (userId, values, trainedMs) ->
                outputs.userRow(userId, version, values, trainedMs, learner.progress().trainedMs);
    }

    /** Waits for the version that is being made, if one is; from then on its hash is known. */
    private void handOn() {
        SnapshotCandidate made = making.take();
        if (made != null) {
            assembly.seal(made, learner.progress(), learner.serving());
            emit(made);
        }
    }

    private void emit(SnapshotCandidate candidate) {
        output.collect(new StreamRecord<>(candidate, candidate.eventTimeMs));
    }

    /** Ends the thread; a version on it is void. */
    @Override
    public void close() {
        making.close();
    }
}
