package io.tamor.jobs.config;

import java.util.List;

/** A configuration that cannot be used; its message lists every problem, one a line. */
public final class ConfigurationException extends RuntimeException {
    private final transient List<String> problems;

    public ConfigurationException(String where, List<String> problems) {
        super(
                where
                        + ": "
                        + problems.size()
                        + (problems.size() == 1 ? " problem" : " problems")
                        + "\n  - "
                        + String.join("\n  - ", problems));
        this.problems = List.copyOf(problems);
    }

    /** Each problem: key, what was found, what was expected. */
    public List<String> problems() {
        return problems;
    }
}
