/** The learner: samples become a model, online, and the model becomes snapshots. */
@NullMarked
package io.tamor.jobs.learner;

import org.jspecify.annotations.NullMarked;
