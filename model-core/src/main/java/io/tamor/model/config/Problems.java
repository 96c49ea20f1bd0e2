package io.tamor.model.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects every problem of a description before refusing it, so that a user mends them all at
 * once.
 */
public final class Problems {
    private final List<String> found = new ArrayList<>();

    /**
     * Notes a problem unless {@code holds}; the message names what was wanted and what was found.
     */
    public Problems require(boolean holds, String message) {
        if (!holds) {
            found.add(message);
        }
        return this;
    }

    /** A part that no description goes without; {@link IllegalArgumentException} where absent. */
    static <T> T present(@Nullable T part, String key) {
        if (part == null) {
            throw new IllegalArgumentException(key + " is missing");
        }
        return part;
    }

    /** The problems so far, in the order they were noted. */
    public List<String> list() {
        return List.copyOf(found);
    }

    /**
     * Throws {@link IllegalArgumentException} naming {@code what} and every problem, if there is
     * one.
     */
    public void throwIfAny(String what) {
        if (!found.isEmpty()) {
            throw new IllegalArgumentException(what + ": " + String.join("; ", found));
        }
    }
}
