/** Dense layers, stacks of them and gated mixtures: forward and backward side by side. */
@NullMarked
package io.tamor.model.layer;

import org.jspecify.annotations.NullMarked;
