package io.tamor.jobs.verify.logic;

import io.tamor.schemas.Sample;

/** A sample and where it is. */
public record FoundSample(Sample sample, Place place) {}
