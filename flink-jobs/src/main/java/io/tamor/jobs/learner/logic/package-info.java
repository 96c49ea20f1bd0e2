/** The learner's rules: order, validation, metrics, stored form. Nothing here imports Flink. */
@NullMarked
package io.tamor.jobs.learner.logic;

import org.jspecify.annotations.NullMarked;
