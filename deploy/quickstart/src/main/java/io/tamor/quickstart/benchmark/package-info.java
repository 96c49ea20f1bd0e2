/** Measures the jobs on an embedded broker and cluster, beside what they are made of. */
@NullMarked
package io.tamor.quickstart.benchmark;

import org.jspecify.annotations.NullMarked;
