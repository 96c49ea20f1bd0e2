/**
 * The model as ONNX, for scorers that are not this library: one class per part of a network, each
 * reading the parameters under the names of the snapshot format.
 */
@NullMarked
package io.tamor.model.snapshot.onnx;

import org.jspecify.annotations.NullMarked;
