package io.tamor.quickstart.dataset;

import io.tamor.quickstart.feed.FeedSink;
import java.nio.file.Path;
import java.util.Map;

/** A public data set as the four event streams. One class a set; {@link Datasets} lists them. */
public interface Dataset {
    /** Name on the command line. */
    String name();

    /** One line for people: what it is and where it comes from. */
    String title();

    /** The deployment's YAML: features, tasks, windows, tiers that fit this set. */
    String deployment();

    /** Sign of the currency whose hundredths the amounts are. */
    String currency();

    /** Test AUC by task that another, offline way of learning reached; shown beside the model's. */
    Map<String, Double> referenceAuc();

    /** Events it holds, about; only for progress. */
    long expectedEvents();

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
