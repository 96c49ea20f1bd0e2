package io.tamor.quickstart.run;

import io.tamor.jobs.config.Deployment;
import io.tamor.quickstart.dataset.Dataset;
import io.tamor.quickstart.feed.ArrivalFaults;
import io.tamor.quickstart.feed.FeedSink;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A public data set.
 *
 * @param limit rows of its log at most
 * @param shuffleSeed events arrive out of order, as much as the deployment allows, by this seed;
 *     null: in order
 * @param resend share of events sent twice
 */
public record DatasetSource(
        Dataset dataset, Path data, long limit, @Nullable Long shuffleSeed, double resend)
        implements RunSource {

    @Override
    public String name() {
        return dataset.name();
    }

    @Override
    public String deployment() {
        return dataset.deployment();
    }

    @Override
    public long expectedEvents() {
        return Math.min(limit, dataset.expectedEvents());
    }

    @Override
    public String currency() {
        return dataset.currency();
    }

    @Override
    public long seed() {
        return shuffleSeed == null ? 0 : shuffleSeed;
    }

    @Override
    public Map<String, Double> referenceAuc() {
        return dataset.referenceAuc();
    }

    @Override
    public ArrivalFaults faults(Deployment deployment) {
        return new ArrivalFaults(
                shuffleSeed == null ? Duration.ZERO : deployment.eventTime().disorder(),
                resend,
                0,
                0,
                0,
                seed());
    }

    @Override
    public @Nullable Path truthFile(Path out) {
        return null;
    }

    @Override
    public void feed(Deployment deployment, Path out, FeedSink into) {
        dataset.read(data, limit, into);
    }
}
