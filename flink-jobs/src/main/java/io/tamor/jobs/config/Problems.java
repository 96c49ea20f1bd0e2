package io.tamor.jobs.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Collects what is wrong with a configuration, so that a user sees all of it at once. */
public final class Problems {
    private final List<String> found = new ArrayList<>();

    /** Adds the message unless the condition holds. */
    public Problems require(boolean holds, String message, Object... arguments) {
        if (!holds) {
            found.add(String.format(Locale.ROOT, message, arguments));
        }
        return this;
    }

    /** Adds a problem found elsewhere. */
    public void add(String problem) {
        found.add(problem);
    }

    public List<String> found() {
        return List.copyOf(found);
    }

    /** Throws one {@link ConfigurationException} that lists every problem, if there is any. */
    public void throwIfAny(String where) {
        if (!found.isEmpty()) {
            throw new ConfigurationException(where, found);
        }
    }
}
