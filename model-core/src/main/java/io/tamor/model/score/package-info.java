/** Scoring with published snapshots: thread-safe, and swapped while it runs. */
@NullMarked
package io.tamor.model.score;

import org.jspecify.annotations.NullMarked;
