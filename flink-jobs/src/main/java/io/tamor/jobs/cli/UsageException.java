package io.tamor.jobs.cli;

/**
 * An argument that cannot be used; the message says what was wanted, what was found and what to do.
 */
public final class UsageException extends RuntimeException {
    public UsageException(String message) {
        super(message);
    }
}
