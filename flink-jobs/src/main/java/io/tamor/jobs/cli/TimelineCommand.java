package io.tamor.jobs.cli;

import io.tamor.jobs.timeline.TimelineJob;
import java.util.concurrent.Callable;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The timeline job: events to samples. Also the main class for {@code flink run}. */
@Command(
        name = "timeline",
        description = "Runs the timeline job: joins the event topics into labelled samples.",
        mixinStandardHelpOptions = true)
public final class TimelineCommand implements Callable<Integer> {
    @Mixin private JobOptions options = new JobOptions();

    @Option(
            names = "--files",
            paramLabel = "DIR",
            description =
                    "Reads the events of the past from Avro files instead of the topics: of each"
                            + " stream DIR/STREAM.avro or a folder DIR/STREAM. Without --bounded no"
                            + " label closes: stop with a savepoint, and start over the topics from"
                            + " it.")
    private @Nullable String files;

    @Override
    public Integer call() throws Exception {
        String folder = files;
        return options.run(
                "timeline",
                folder == null
                        ? TimelineJob::define
                        : (environment, deployment, bounded) ->
                                TimelineJob.defineOverFiles(
                                        environment,
                                        deployment,
                                        new Path(folder).toUri(),
                                        bounded));
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
