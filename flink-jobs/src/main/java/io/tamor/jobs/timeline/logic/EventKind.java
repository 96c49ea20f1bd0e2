package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.config.TopicOptions;
import io.tamor.jobs.config.Topics;

/** The four streams, in the order in which events of one instant are applied. */
public enum EventKind {
    IMPRESSION(0, "impressions"),
    CLICK(1, "clicks"),
    CONVERSION(2, "conversions"),
    INVESTMENT(3, "investments");

    private static final EventKind[] BY_CODE = values();

    private final int code;
    private final String stream;

    EventKind(int code, String stream) {
        this.code = code;
        this.stream = stream;
    }

    /** Stable number of the kind in stored bytes. */
    public int code() {
        return code;
    }

    /** Role of the stream, as rejected records and counters name it. */
    public String stream() {
        return stream;
    }

    /** The kind of a stored number. */
    public static EventKind of(int code) {
        if (code < 0 || code >= BY_CODE.length) {
            throw new IllegalArgumentException("event kind: wanted 0 to 3, found " + code);
        }
        return BY_CODE[code];
    }

    /** The topic that carries the kind. */
    public TopicOptions topic(Topics topics) {
        return switch (this) {
            case IMPRESSION -> topics.impressions();
            case CLICK -> topics.clicks();
            case CONVERSION -> topics.conversions();
            case INVESTMENT -> topics.investments();
        };
    }
}
