package io.tamor.quickstart.benchmark;

import java.util.Locale;

/** What makes the labels. */
enum Variant {
    /** The timeline's operator: ordering, features and labels. */
    TIMELINE,
    /** Flink SQL, left interval joins of the four streams: labels alone. */
    INTERVAL_JOINS,
    /** Flink SQL's multi-way join operator with state expiry: labels alone, with retractions. */
    MULTI_JOIN;

    /** As options and reports name it. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
