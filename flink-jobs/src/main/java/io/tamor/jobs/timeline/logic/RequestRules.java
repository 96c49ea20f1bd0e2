package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.config.TimelineOptions;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The user's half of the features, frozen by ranking request: the impressions of a request were
 * ranked together, with what was known of the user then, and train with the same. It is computed as
 * of the request's first impression, and reused by those that follow within {@code
 * timeline.freeze_requests}.
 */
final class RequestRules implements Serializable {
    /**
     * A request whose features are frozen: its storage key, and the time of its first impression.
     */
    record Open(long key, long timeMs) {
        void write(DataOutput out) throws IOException {
            out.writeLong(key);
            VarLong.write(out, timeMs);
        }

        static Open read(DataInput in) throws IOException {
            return new Open(in.readLong(), VarLong.read(in));
        }
    }

    private final long windowMs;
    private final FeatureRules features;

    RequestRules(@Nullable Duration window, FeatureRules features) {
        this.windowMs = window == null ? 0 : window.toMillis();
        this.features = features;
    }

    /** The user's half of an impression's features. */
    FrozenSample userHalf(FeatureRules.View view, FrozenFeatures frozen) throws Exception {
        String request = view.impression().getRequestId();
        if (windowMs == 0 || request == null || request.isEmpty()) {
            return features.userHalf(view);
        }
        long timeMs = view.impression().getEventTimeMs();
        List<Open> open = view.user().requests;
        long key = IdHash.of("request " + request);
        for (int i = open.size() - 1; i >= 0; i--) {
            if (open.get(i).key == key) {
                if (timeMs - open.get(i).timeMs <= windowMs) {
                    FrozenSample known = FrozenSample.fromBytes(frozen.get(key));
                    if (features.reads(known)) {
                        return known;
                    }
                }
                open.remove(i);
                frozen.remove(key);
            }
        }
        if (open.size() == TimelineOptions.MOST_REQUESTS) {
            frozen.remove(open.remove(0).key);
        }
        FrozenSample half = features.userHalf(view);
        open.add(new Open(key, timeMs));
        frozen.put(key, half.toBytes());
        return half;
    }

    /** Forgets the requests that no impression after a time can share. */
    void prune(UserState user, FrozenFeatures frozen, long afterMs) throws Exception {
        while (!user.requests.isEmpty() && user.requests.get(0).timeMs <= afterMs - windowMs) {
            frozen.remove(user.requests.remove(0).key);
        }
    }

    /** When the last request is forgotten. */
    long deathMs(UserState user) {
        return user.requests.get(user.requests.size() - 1).timeMs + windowMs;
    }
}
