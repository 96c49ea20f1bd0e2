package io.tamor.jobs.learner;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.DriftMonitor;
import io.tamor.jobs.learner.logic.LearnerProgress;
import io.tamor.jobs.learner.logic.OnlineTraining;
import io.tamor.jobs.learner.logic.Quality;
import io.tamor.jobs.learner.logic.RowMoments;
import io.tamor.jobs.learner.logic.Shadows;
import io.tamor.jobs.learner.logic.UserRowStore;
import io.tamor.model.training.Trainer;
import org.jspecify.annotations.Nullable;

/**
 * Who learns, and all that its steps move on but the users' rows; an operator's own.
 *
 * @param shadows versions that score each mini-batch too; null: none
 * @param moments that rows are kept as of; null: none
 */
record Learner(
        Trainer trainer,
        Quality quality,
        LearnerProgress progress,
        DriftMonitor drift,
        @Nullable Shadows shadows,
        @Nullable RowMoments moments) {

    /** Its steps, on users' rows. */
    OnlineTraining steps(Deployment deployment, UserRowStore rows) {
        return new OnlineTraining(
                deployment, trainer, quality, progress, drift, rows, shadows, moments);
    }
}
