package io.tamor.jobs.verify.logic;

/**
 * Which output is looked at: samples that matured, and rejected events that happened, in {@code
 * [fromMs, toMs)}, epoch milliseconds. All of it must be there.
 */
public record Scope(long fromMs, long toMs) {
    boolean holds(long timeMs) {
        return timeMs >= fromMs && timeMs < toMs;
    }
}
