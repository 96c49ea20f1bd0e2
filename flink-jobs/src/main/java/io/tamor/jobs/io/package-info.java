/** The edges of the jobs: Kafka sources and sinks, and the types that cross them. */
@NullMarked
package io.tamor.jobs.io;

import org.jspecify.annotations.NullMarked;
