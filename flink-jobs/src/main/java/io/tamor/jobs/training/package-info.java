/**
 * Training from files of samples, without Kafka and Flink's runtime: the learner's own rules, one
 * process, one pass.
 */
@NullMarked
package io.tamor.jobs.training;

import org.jspecify.annotations.NullMarked;
