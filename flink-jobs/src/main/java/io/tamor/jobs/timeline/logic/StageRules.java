package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.TaskOptions;
import io.tamor.jobs.io.FormVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/**
 * The part of a configuration by which open impressions wait for their stages: state that was
 * stored under one cannot go on under another, since an impression and the labels that follow it
 * would wait for different times. Stored beside the state.
 *
 * @param text as messages show it
 */
public record StageRules(String text) {
    private static final byte VERSION = 2;

    /** Those of a deployment. */
    public static StageRules of(Deployment deployment) {
        return new StageRules(
                "emit "
                        + deployment.timeline().emit()
                        + "; "
                        + deployment.tasks().stream()
                                .map(StageRules::described)
                                .collect(Collectors.joining(", ")));
    }

    private static String described(TaskOptions task) {
        return task.name()
                + ": "
                + task.label()
                + " after "
                + task.window()
                + (task.scenarios().isEmpty() ? "" : " in " + task.scenarios());
    }

    /**
     * The stored form: a version byte, then the text in UTF-8. Version 2 says the same as version 1
     * did; the builds that wrote that left out more of a user's aggregates the longer {@code
     * timeline.corrections.grace} was.
     */
    public byte[] toBytes() {
        byte[] utf = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + utf.length).put(VERSION).put(utf).array();
    }

    /** True of what a build stored that keeps the same aggregates as this one. */
    public static boolean keptAllAggregates(byte[] stored) {
        return stored[0] >= 2;
    }

    /**
     * Refuses what {@link #toBytes} made of others.
     *
     * @throws IllegalStateException with both
     */
    public void requireSame(byte[] stored) throws IOException {
        FormVersion.require("stage rules", 1, VERSION, stored[0]);
        String found = new String(stored, 1, stored.length - 1, StandardCharsets.UTF_8);
        if (!found.equals(text)) {
            throw new IllegalStateException(
                    "timeline state: it was stored under {"
                            + found
                            + "}, the configuration has {"
                            + text
                            + "}; open impressions wait by these, so go back to them, or start"
                            + " without the state and derive the samples anew from the topics");
        }
    }
}
