package io.tamor.quickstart.run;

import io.tamor.jobs.config.Deployment;
import io.tamor.quickstart.feed.ArrivalFaults;
import io.tamor.quickstart.feed.FeedSink;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where a run's events come from. */
public interface RunSource {
    /** Name of the simulator or data set. */
    String name();

    /** The deployment's YAML, before it is made to run here. */
    String deployment();

    /** About how many events there will be; only for progress. */
    long expectedEvents();

    String currency();

    long seed();

    /** AUC by task to compare with; empty where there is none. */
    Map<String, Double> referenceAuc();

    /** What happens to the events on their way. */
    ArrivalFaults faults(Deployment deployment);

    /** File for the true probabilities, null where nobody knows them. */
    @Nullable Path truthFile(Path out);

    /** Hands out all events in event-time order. */
    void feed(Deployment deployment, Path out, FeedSink into);
}
