package io.tamor.jobs.io;

import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * Made-up keys for keyed state that belongs to a key group as a whole and moves with it when a job
 * is rescaled. Part of a stored format: a prefix and a group give the same key in every build.
 */
public final class KeyGroupKeys {
    private KeyGroupKeys() {}

    /**
     * For each key group of a range, in its order, the first key that falls into it of those that
     * the prefix makes with the numbers from 0 on.
     */
    public static String[] of(String prefix, KeyGroupRange groups, int maxParallelism) {
        String[] found = new String[groups.getNumberOfKeyGroups()];
        int left = found.length;
        for (int i = 0; left > 0; i++) {
            String key = prefix + i;
            int group = KeyGroupRangeAssignment.assignToKeyGroup(key, maxParallelism);
            if (groups.contains(group) && found[group - groups.getStartKeyGroup()] == null) {
                found[group - groups.getStartKeyGroup()] = key;
                left--;
            }
        }
        return found;
    }
}
