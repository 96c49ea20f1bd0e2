package io.tamor.jobs.timeline.logic;

/**
 * What an impression is told of all users' events before it.
 *
 * @param featureSchema fingerprint of the features that were configured
 * @param values of the aggregates over all users, in the order of the dense features; an aggregate
 *     whose stage is still to come has 0
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; a copy would cost
public record Population(long featureSchema, double[] values) {}
