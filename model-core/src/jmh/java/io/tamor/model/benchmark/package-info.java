/** JMH benchmarks of the reference model. */
@NullMarked
package io.tamor.model.benchmark;

import org.jspecify.annotations.NullMarked;
