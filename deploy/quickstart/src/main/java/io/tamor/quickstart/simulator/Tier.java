package io.tamor.quickstart.simulator;

import java.util.Locale;

/** A user's layer by position held. */
enum Tier {
    NONE(0),
    LOW(1),
    HIGH(300_000);

    private final long fromMinor;

    Tier(long fromMinor) {
        this.fromMinor = fromMinor;
    }

    /** The tier of a position in fen. */
    static Tier of(long positionMinor) {
        if (positionMinor >= HIGH.fromMinor) {
            return HIGH;
        }
        return positionMinor >= LOW.fromMinor ? LOW : NONE;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    long fromMinor() {
        return fromMinor;
    }
}
