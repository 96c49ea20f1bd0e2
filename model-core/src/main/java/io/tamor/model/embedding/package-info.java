/** From categories and dense features to input vectors: hashing, tables, running normalisation. */
@NullMarked
package io.tamor.model.embedding;

import org.jspecify.annotations.NullMarked;
