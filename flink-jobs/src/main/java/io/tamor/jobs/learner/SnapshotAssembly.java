package io.tamor.jobs.learner;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.LearnerProgress;
import io.tamor.jobs.learner.logic.ModelSnapshot;
import io.tamor.jobs.learner.logic.Quality;
import io.tamor.jobs.learner.logic.Serving;
import io.tamor.jobs.learner.logic.VersionGate;
import io.tamor.jobs.snapshot.SnapshotCandidate;
import io.tamor.jobs.snapshot.SnapshotDecision;
import io.tamor.jobs.snapshot.SnapshotDirectory;
import io.tamor.model.gate.GateReport;
import io.tamor.model.snapshot.Lineage;
import io.tamor.model.snapshot.Parent;
import io.tamor.model.snapshot.SnapshotContent;
import io.tamor.model.training.Trainer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes versions from the learner as it is: their files, and what their announcements say. */
final class SnapshotAssembly {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotAssembly.class);

    /** In the place of a hash that is not known yet. */
    private static final String UNSEALED = "";

    private final Deployment deployment;
    private final SnapshotDirectory directory;

    /** The highest version that was there at the start. */
    private final long floor;

    /**
     * Looks where the snapshots go: a version's number is never used twice, even by a model that
     * starts anew or from an old savepoint.
     */
    SnapshotAssembly(Deployment deployment) throws IOException {
        this.deployment = deployment;
        this.directory = SnapshotDirectory.at(deployment.snapshots().directory());
        this.floor = directory.highestVersion();
    }

    /** The next version with its files; see {@link #draft}. */
    SnapshotCandidate make(
            Trainer trainer,
            Quality quality,
            LearnerProgress progress,
            Map<String, Long> sources,
            Serving serving,
            @Nullable VersionGate gate)
            throws IOException {
        SnapshotCandidate made =
                draft(trainer, quality, progress, sources, serving, gate)
                        .make(trainer.snapshotParameters());
        seal(made, progress, serving);
        return made;
    }

    /**
     * The next version, judged; the progress and what is served move on to it, but for the hash of
     * its manifest, which {@link #seal} tells them.
     *
     * @param sources where to read on after what has been trained, by topic-partition
     * @param gate null: the version is not judged
     */
    SnapshotDraft draft(
            Trainer trainer,
            Quality quality,
            LearnerProgress progress,
            Map<String, Long> sources,
            Serving serving,
            @Nullable VersionGate gate) {
        long version = nextVersion(progress);
        Serving.Published live = serving.live();
        Parent parent = live == null ? null : new Parent(live.version(), live.manifestSha256());
        SnapshotContent bare =
                ModelSnapshot.content(
                        new Lineage(
                                version,
                                parent,
                                serving.startedFrom(),
                                ModelSnapshot.SOFTWARE_VERSION),
                        deployment,
                        trainer,
                        quality,
                        progress,
                        sources);
        GateReport report = gate == null ? null : gate.judge(trainer);
        boolean rejected = report != null && !report.passed();
        if (progress.version < floor) {
            // Gone on from an old savepoint: the versions that it knows may be deleted since.
            serving.nextIsFull();
        }
        boolean delta = !rejected && serving.deltaNext(deployment.snapshots().fullEvery());
        SnapshotCandidate candidate = candidate(version, progress);
        candidate.decision = rejected ? SnapshotDecision.REJECT : SnapshotDecision.PUBLISH;
        candidate.parentVersion = serving.liveVersion();
        progress.version = version;
        progress.manifestSha256 = UNSEALED;
        progress.versionMade();
        serving.checkpoints = 0;
        if (rejected) {
            serving.rejected(gate != null && gate.worseThanLive());
        } else {
            serving.published(
                    new Serving.Published(
                            version,
                            UNSEALED,
                            serving.liveVersion(),
                            serving.startedFrom(),
                            gate == null ? List.of() : gate.aucs()),
                    delta,
                    progress.trainedMs);
        }
        return new SnapshotDraft(
                candidate, bare.judged(report), delta ? trainer.touchedRows().byTable() : null);
    }

    /** The version drafted last is made; nobody may look at its hash before. */
    void seal(SnapshotCandidate made, LearnerProgress progress, Serving serving) {
        progress.manifestSha256 = made.manifestSha256;
        if (made.decision == SnapshotDecision.PUBLISH) {
            serving.sealed(made.version, made.manifestSha256);
        }
    }

    /** The number of the version that will be made next. */
    long nextVersion(LearnerProgress progress) {
        return Math.max(progress.version, floor) + 1;
    }

    /** Whether readers can be sent back to the version before the live one. */
    boolean canRollBack(Serving serving) throws IOException {
        Serving.Published good = serving.previous();
        return good != null
                && (good.version() > floor || directory.published().contains(good.version()));
    }

    /** Says that readers stay with a version that does worse than the one before it. */
    static void warnOfNoWayBack(Serving serving, List<String> reasons) {
        Serving.Published deleted = serving.previous();
        LOG.warn(
                "Version {} does worse than version {}, which the snapshots' directory no longer"
                        + " has, so readers cannot be sent back to it; a later version will replace"
                        + " it, or roll back by hand: {}",
                serving.liveVersion(),
                deleted == null ? "before it" : deleted.version(),
                String.join("; ", reasons));
    }

    /**
     * The live version is taken back and the one before it served again.
     *
     * @param reasons where it did worse
     */
    SnapshotCandidate rollback(Serving serving, LearnerProgress progress, List<String> reasons) {
        Serving.Published good = serving.previous();
        if (good == null) {
            throw new IllegalStateException("no version to go back to from " + serving.live());
        }
        SnapshotCandidate candidate = candidate(good.version(), progress);
        candidate.decision = SnapshotDecision.ROLLBACK;
        candidate.reason = String.join("; ", reasons);
        candidate.takenBack = serving.liveVersion();
        candidate.parentVersion = good.parentVersion();
        candidate.manifestSha256 = good.manifestSha256();
        serving.rolledBack(progress.trainedMs);
        return candidate;
    }

    private SnapshotCandidate candidate(long version, LearnerProgress progress) {
        SnapshotCandidate candidate = new SnapshotCandidate();
        candidate.model = deployment.name();
        candidate.version = version;
        candidate.eventTimeMs = progress.trainedMs;
        candidate.softwareVersion = ModelSnapshot.SOFTWARE_VERSION;
        return candidate;
    }
}
