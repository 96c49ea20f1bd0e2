package io.tamor.jobs.cli;

import io.tamor.jobs.timeline.TimelineJob;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The timeline job: events to samples. Also the main class for {@code flink run}. */
@Command(
        name = "timeline",
        description = "Runs the timeline job: joins the event topics into labelled samples.",
        mixinStandardHelpOptions = true)
public final class TimelineCommand implements Callable<Integer> {
    @Mixin private JobOptions options = new JobOptions();

    @Override
    public Integer call() throws Exception {
        return options.run("timeline", TimelineJob::define);
    }

    public static void main(String[] arguments) {
        int status =
                new CommandLine(new TimelineCommand())
                        .setExecutionExceptionHandler(new Errors())
                        .execute(arguments);
        // A client that has submitted the job goes on after main, so only a failure ends it.
        if (status != ExitStatus.DONE) {
            System.exit(status);
        }
    }
}
