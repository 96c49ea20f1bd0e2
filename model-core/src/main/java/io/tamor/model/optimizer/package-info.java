/** Update rules for dense parameters and for embedding rows, with their state. */
@NullMarked
package io.tamor.model.optimizer;

import org.jspecify.annotations.NullMarked;
