/** The two jobs: the timeline makes samples of events, the learner a model of samples. */
@NullMarked
package io.tamor.jobs;

import org.jspecify.annotations.NullMarked;
