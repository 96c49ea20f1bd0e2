package io.tamor.quickstart.feed;

import io.tamor.jobs.config.TopicOptions;
import io.tamor.jobs.config.Topics;
import java.util.Locale;

/** The four event streams a deployment reads. */
public enum StreamRole {
    IMPRESSIONS,
    CLICKS,
    CONVERSIONS,
    INVESTMENTS;

    /** The deployment's topic for this stream. */
    public TopicOptions topic(Topics topics) {
        return switch (this) {
            case IMPRESSIONS -> topics.impressions();
            case CLICKS -> topics.clicks();
            case CONVERSIONS -> topics.conversions();
            case INVESTMENTS -> topics.investments();
        };
    }

    /** The role as configuration and reports write it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
