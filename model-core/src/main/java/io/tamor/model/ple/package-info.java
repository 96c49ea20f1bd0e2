/** Progressive layered extraction and multi-gate mixtures of experts. */
@NullMarked
package io.tamor.model.ple;

import org.jspecify.annotations.NullMarked;
