/**
 * Tier-aware representation: rows grouped by tier or scenario, and the encodings that select a
 * group's vector.
 */
@NullMarked
package io.tamor.model.tier;

import org.jspecify.annotations.NullMarked;
