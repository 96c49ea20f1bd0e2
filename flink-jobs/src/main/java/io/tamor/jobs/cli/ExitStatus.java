package io.tamor.jobs.cli;

/** What a command tells the shell. */
public final class ExitStatus {
    /** Done, and every check held. */
    public static final int DONE = 0;

    /** A check failed, or the run did. */
    public static final int FAILED = 1;

    /** Wrong usage or configuration. */
    public static final int USAGE = 2;

    private ExitStatus() {}
}
