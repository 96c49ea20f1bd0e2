/**
 * The rules of a user's timeline: order, matching, attribution, labels, features. Plain Java over
 * the wire records and the configuration; the operator supplies state and time.
 */
@NullMarked
package io.tamor.jobs.timeline.logic;

import org.jspecify.annotations.NullMarked;
