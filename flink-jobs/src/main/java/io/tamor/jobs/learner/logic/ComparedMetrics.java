package io.tamor.jobs.learner.logic;

import io.tamor.model.config.ModelSpec;
import io.tamor.model.metric.RecentMetrics;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A comparison without the models: what replicas report, and what their reports sum up to. */
record ComparedMetrics(
        RecentMetrics candidateMetrics,
        @Nullable RecentMetrics liveMetrics,
        @Nullable RecentMetrics previousMetrics)
        implements Comparison {

    /** Nothing scored yet. */
    static ComparedMetrics none(ModelSpec spec, Duration horizon, boolean live, boolean previous) {
        return new ComparedMetrics(
                new RecentMetrics(spec, horizon),
                live ? new RecentMetrics(spec, horizon) : null,
                previous ? new RecentMetrics(spec, horizon) : null);
    }

    /** Adds what another one holds of the versions that are compared here. */
    void add(Comparison other) {
        candidateMetrics.merge(other.candidateMetrics());
        merge(liveMetrics, other.liveMetrics());
        merge(previousMetrics, other.previousMetrics());
    }

    private static void merge(@Nullable RecentMetrics into, @Nullable RecentMetrics other) {
        if (into != null && other != null) {
            into.merge(other);
        }
    }

    static void write(DataOutput out, Comparison comparison) throws IOException {
        comparison.candidateMetrics().write(out);
        write(out, comparison.liveMetrics());
        write(out, comparison.previousMetrics());
    }

    private static void write(DataOutput out, @Nullable RecentMetrics metrics) throws IOException {
        out.writeBoolean(metrics != null);
        if (metrics != null) {
            metrics.write(out);
        }
    }

    static ComparedMetrics read(DataInput in, ModelSpec spec, Duration horizon) throws IOException {
        RecentMetrics candidate = new RecentMetrics(spec, horizon);
        candidate.read(in);
        return new ComparedMetrics(
                candidate, metrics(in, spec, horizon), metrics(in, spec, horizon));
    }

    private static @Nullable RecentMetrics metrics(DataInput in, ModelSpec spec, Duration horizon)
            throws IOException {
        if (!in.readBoolean()) {
            return null;
        }
        RecentMetrics metrics = new RecentMetrics(spec, horizon);
        metrics.read(in);
        return metrics;
    }
}
