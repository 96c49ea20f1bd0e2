package io.tamor.quickstart.cli;

import io.tamor.quickstart.run.ConsoleProgress;
import io.tamor.quickstart.run.ProgressReporter;

/** Where people are told things: standard error, a terminal or not. */
record Terminal(ProgressReporter progress, String logFile) {

    /** The launcher says whether standard error is a terminal and where the log goes. */
    static Terminal ofStandardError() {
        return new Terminal(
                new ConsoleProgress(System.err, Boolean.getBoolean("tamor.terminal")),
                System.getProperty("tamor.log", ""));
    }

    String whereToLookFurther() {
        return logFile.isEmpty() ? "" : "\nThe whole story is in " + logFile;
    }
}
