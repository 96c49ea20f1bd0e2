/** The edges of both jobs: Kafka topics as sources and sinks. */
@NullMarked
package io.tamor.jobs.io;

import org.jspecify.annotations.NullMarked;
