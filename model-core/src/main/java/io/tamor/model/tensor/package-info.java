/** Row-major matrices over ND4J memory, matrix products and the plain passes between them. */
@NullMarked
package io.tamor.model.tensor;

import org.jspecify.annotations.NullMarked;
