/**
 * What a model is: immutable records that describe inputs, tasks, network and optimisers, checked
 * as a whole.
 */
@NullMarked
package io.tamor.model.config;

import org.jspecify.annotations.NullMarked;
