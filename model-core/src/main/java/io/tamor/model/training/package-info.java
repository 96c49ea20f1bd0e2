/**
 * The training step: score, learn, or drop a step that is not finite; state that resumes bit for
 * bit.
 */
@NullMarked
package io.tamor.model.training;

import org.jspecify.annotations.NullMarked;
