/** Whole networks: TAMOR, its baselines and HTLNet, and the one place that names them. */
@NullMarked
package io.tamor.model.network;

import org.jspecify.annotations.NullMarked;
