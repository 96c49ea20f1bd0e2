/** Losses of one output and their gradients. */
@NullMarked
package io.tamor.model.loss;

import org.jspecify.annotations.NullMarked;
