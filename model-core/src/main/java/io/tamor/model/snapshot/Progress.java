package io.tamor.model.snapshot;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far the training had come. No wall-clock time: the same input gives the same snapshot.
 *
 * @param steps training steps applied; schedules that scoring depends on go by it
 * @param samples samples trained
 * @param matureLabels final labels trained, by task
 * @param sources next offset to read, by {@code topic-partition}
 * @param watermarkMs event time up to which samples were trained, epoch milliseconds, UTC
 */
public record Progress(
        long steps,
        long samples,
        SortedMap<String, Long> matureLabels,
        SortedMap<String, Long> sources,
        long watermarkMs) {
    public Progress {
        matureLabels = Collections.unmodifiableSortedMap(new TreeMap<>(matureLabels));
        sources = Collections.unmodifiableSortedMap(new TreeMap<>(sources));
    }

    /** The same from maps of any kind. */
    public static Progress of(
            long steps,
            long samples,
            Map<String, Long> matureLabels,
            Map<String, Long> sources,
            long watermarkMs) {
        return new Progress(
                steps, samples, new TreeMap<>(matureLabels), new TreeMap<>(sources), watermarkMs);
    }
}
