package io.tamor.model.embedding;

/**
 * What a table holds besides its values.
 *
 * @param capacity rows of a mini-batch
 * @param lanes gradients held apart
 * @param stateWidth floats of optimiser state per element; 0 for a table that only scores
 */
public record TableBuffers(int capacity, int lanes, int stateWidth) {}
