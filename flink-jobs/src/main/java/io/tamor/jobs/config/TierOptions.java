package io.tamor.jobs.config;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a user's tier comes from, as of the impression.
 *
 * @param attribute the impression's attribute that names the tier; null: the tier is the band of
 *     the user's position
 * @param bands the tiers in model order
 */
public record TierOptions(@Nullable String attribute, List<Band> bands) implements Serializable {
    public TierOptions {
        bands = List.copyOf(bands);
    }

    /**
     * A tier.
     *
     * @param fromMinor lowest position of the band, minor units, inclusive; unused where the tier
     *     is an attribute
     */
    public record Band(String name, long fromMinor) implements Serializable {}

    /** Adds what is wrong with these. */
    void check(Problems problems) {
        if (attribute != null) {
            return;
        }
        for (int i = 1; i < bands.size(); i++) {
            problems.require(
                    bands.get(i).fromMinor() > bands.get(i - 1).fromMinor(),
                    "tiers.bands: %s must start above %s (%d), was %d",
                    bands.get(i).name(),
                    bands.get(i - 1).name(),
                    bands.get(i - 1).fromMinor(),
                    bands.get(i).fromMinor());
        }
    }

    /** Tier names in model order. */
    public List<String> names() {
        return bands.stream().map(Band::name).toList();
    }

    /** Index of the band that holds a position: the last one whose lower bound is at most it. */
    public int bandOf(long positionMinor) {
        int band = 0;
        for (int i = 1; i < bands.size(); i++) {
            if (bands.get(i).fromMinor() <= positionMinor) {
                band = i;
            }
        }
        return band;
    }
}
