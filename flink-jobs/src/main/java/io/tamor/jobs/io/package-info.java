/** The edges of both jobs: Kafka topics as sources and sinks, and the forms of what is stored. */
@NullMarked
package io.tamor.jobs.io;

import org.jspecify.annotations.NullMarked;
