package io.tamor.jobs.cli;

import io.tamor.jobs.config.ConfigurationException;
import io.tamor.jobs.io.BrokerUnavailableException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/**
 * How a command that failed ends: what a user can mend is one message without a stack trace; what
 * is ours keeps it.
 */
public final class Errors implements IExecutionExceptionHandler {
    @Override
    public int handleExecutionException(
            Exception error, CommandLine command, ParseResult arguments) {
        if (error instanceof ConfigurationException || error instanceof UsageException) {
            command.getErr().println(error.getMessage());
            return ExitStatus.USAGE;
        }
        if (error instanceof BrokerUnavailableException) {
            command.getErr().println(error.getMessage());
            return ExitStatus.FAILED;
        }
        error.printStackTrace(command.getErr());
        return ExitStatus.FAILED;
    }
}
