/**
 * Measures the jobs: the learner on an embedded broker and cluster beside what it is made of, the
 * timeline beside the same labels as Flink SQL.
 */
@NullMarked
package io.tamor.quickstart.benchmark;

import org.jspecify.annotations.NullMarked;
