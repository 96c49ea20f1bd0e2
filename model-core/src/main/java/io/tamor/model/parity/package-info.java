/** Fixtures computed elsewhere, and the comparison of this library with them. */
@NullMarked
package io.tamor.model.parity;

import org.jspecify.annotations.NullMarked;
