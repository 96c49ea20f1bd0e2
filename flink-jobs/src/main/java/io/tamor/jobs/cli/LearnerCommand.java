package io.tamor.jobs.cli;

import io.tamor.jobs.learner.LearningJob;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The learning job: samples to snapshots. Also the main class for {@code flink run}. */
@Command(
        name = "learner",
        description = "Runs the learning job: scores, trains and publishes snapshots.",
        mixinStandardHelpOptions = true)
public final class LearnerCommand implements Callable<Integer> {
    @Mixin private JobOptions options = new JobOptions();

    @Override
    public Integer call() throws Exception {
        return options.run("learner", LearningJob::define);
    }

    public static void main(String[] arguments) {
        int status =
                new CommandLine(new LearnerCommand())
                        .setExecutionExceptionHandler(new Errors())
                        .execute(arguments);
        // A client that has submitted the job goes on after main, so only a failure ends it.
        if (status != ExitStatus.DONE) {
            System.exit(status);
        }
    }
}
