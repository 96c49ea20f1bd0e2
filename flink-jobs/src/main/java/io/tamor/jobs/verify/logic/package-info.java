/** The independent oracle of the timeline: simple, single-threaded, all events at once. */
@NullMarked
package io.tamor.jobs.verify.logic;

import org.jspecify.annotations.NullMarked;
