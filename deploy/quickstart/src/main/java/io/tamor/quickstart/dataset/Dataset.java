package io.tamor.quickstart.dataset;

import io.tamor.quickstart.feed.FeedSink;
import java.nio.file.Path;

/** A public data set as the four event streams. One class a set; {@link Datasets} lists them. */
public interface Dataset {
    /** Name on the command line. */
    String name();

    /** One line for people: what it is and where it comes from. */
    String title();

    /** The deployment's YAML: features, tasks, windows, tiers that fit this set. */
    String deployment();

    /**
     * Looks for the files before anything is started.
     *
     * @throws io.tamor.jobs.cli.UsageException naming what is missing, where, and the next step
     */
    void check(Path directory);

    /**
     * Hands out the events of the first {@code limit} rows of the log in event-time order.
     *
     * @throws io.tamor.jobs.cli.UsageException naming the file and line that is not as documented
     */
    void read(Path directory, long limit, FeedSink into);
}
