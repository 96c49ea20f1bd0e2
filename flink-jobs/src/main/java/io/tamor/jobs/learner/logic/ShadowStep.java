package io.tamor.jobs.learner.logic;

import io.tamor.model.network.MiniBatch;
import java.util.List;

/**
 * What a training step leaves for the versions beside the learner: the samples, their users' rows
 * as those versions had them, and what the learner itself predicted before it was trained on them.
 * Nothing in it changes any more, so that another thread can score it.
 *
 * @param samples the rows of the step's mini-batch
 * @param batch a copy of it
 * @param live by slot the user's row as of the live version; empty where none is live
 * @param previous the same of the version before it
 * @param accumulators optimiser state to load the rows with, which scoring does not read
 * @param predictions the learner's, row by row, task by task
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, compared by nobody
record ShadowStep(
        List<QueuedSample> samples,
        MiniBatch batch,
        float[][] live,
        float[][] previous,
        float[] accumulators,
        float[] predictions) {}
