/** From event streams to samples: the keyed operator and the job that wires it. */
@NullMarked
package io.tamor.jobs.timeline;

import org.jspecify.annotations.NullMarked;
