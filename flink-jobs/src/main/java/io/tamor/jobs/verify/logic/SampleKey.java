package io.tamor.jobs.verify.logic;

import io.tamor.schemas.Correction;
import io.tamor.schemas.Sample;

/** What identifies a sample. */
record SampleKey(String user, String impression, String labelSet, int stage) {
    static SampleKey of(Sample sample) {
        return new SampleKey(
                sample.getUserId(),
                sample.getImpressionId(),
                sample.getLabelSet(),
                sample.getStage());
    }

    static SampleKey of(Correction correction) {
        return new SampleKey(
                correction.getUserId(),
                correction.getImpressionId(),
                correction.getLabelSet(),
                correction.getStage());
    }

    @Override
    public String toString() {
        String set = labelSet.isEmpty() ? "" : " of " + labelSet;
        return "impression " + impression + set + ", stage " + stage + ", user " + user;
    }
}
