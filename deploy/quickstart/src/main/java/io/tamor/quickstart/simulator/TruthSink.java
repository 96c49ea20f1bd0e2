package io.tamor.quickstart.simulator;

/** Takes the truth of each impression, apart from the events. */
@FunctionalInterface
public interface TruthSink {
    void accept(Truth truth);
}
