package io.tamor.jobs.timeline;

import io.tamor.jobs.timeline.logic.PendingImpression;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * All that is due in the future of a subtask, done in the order of event time over all its users.
 * What is due in the minute at hand is sorted here; what is due later waits in {@link DueBuckets},
 * which are opened one after the other as the watermark comes to them. So a deadline costs its
 * share of what is read in one go, not a look-up of its user.
 *
 * <p>In memory are the bucket at hand with its newer labels and, where an outcome asked for it, an
 * index of its stages; and what the buckets that wait have there. Used by the task's thread.
 */
final class DueQueue {
    /** Does what is due. */
    interface Actions {
        /** Applies the events of one instant, of any users, in no order. */
        void events(List<Due> events) throws Exception;

        /** Closes a stage; true where its impression waits for another one. */
        boolean stage(Due stage) throws Exception;

        /** Looks at a user for what can be forgotten. */
        void look(Due look) throws Exception;
    }

    private final DueBuckets buckets;

    /** What was due in the bucket at hand when it was opened, the first last. */
    private final List<Due> opened = new ArrayList<>();

    /** What became due in it since. */
    private final PriorityQueue<Due> added = new PriorityQueue<>(Due.ORDER);

    /** Labels newer than those that keyed state has of the bucket at hand. */
    private final List<Due> relabeled = new ArrayList<>();

    /** Made when it is first asked for: few outcomes come within minutes of their deadline. */
    private @Nullable Map<Due.Name, Due> stagesAtHand;

    private long nowMs = Long.MIN_VALUE;

    DueQueue(DueChunks stored) {
        this.buckets = new DueBuckets(stored);
    }

    /** How far event time has come: all that was due up to it is done. */
    long nowMs() {
        return nowMs;
    }

    /** The same for one user: after a restore the sources may be behind what was done before. */
    long doneMs(String user) {
        return Math.max(nowMs, buckets.restoredMs(user));
    }

    /**
     * Adds something due after {@link #nowMs}, or at it while it is being done; may change the key.
     */
    void add(Due due) throws Exception {
        if (DueBuckets.bucketMs(due.atMs) <= nowMs) {
            added.add(due);
            if (stagesAtHand != null && due.kind == Due.Kind.STAGE) {
                stagesAtHand.put(due.name(), due);
            }
        } else {
            buckets.add(due, nowMs);
        }
    }

    /** Gives newer labels to the stage that an impression waits for; may change the current key. */
    void relabel(String user, PendingImpression impression) throws Exception {
        Due labels = Due.labels(user, impression.copy());
        if (DueBuckets.bucketMs(labels.atMs) > nowMs) {
            add(labels);
            return;
        }
        Due stage = stagesAtHand().get(labels.name());
        if (stage == null) {
            throw new IllegalStateException(
                    "labels of an impression that does not wait for a stage: the state is damaged");
        }
        stage.relabel(labels.impression());
        if (stage.stored) {
            relabeled.add(labels);
        }
    }

    /** The stages in the bucket at hand; some may be closed already. */
    private Map<Due.Name, Due> stagesAtHand() {
        Map<Due.Name, Due> known = stagesAtHand;
        if (known == null) {
            known = new HashMap<>();
            for (Due due : atHand()) {
                if (due.kind == Due.Kind.STAGE) {
                    known.put(due.name(), due);
                }
            }
            stagesAtHand = known;
        }
        return known;
    }

    private List<Due> atHand() {
        List<Due> all = new ArrayList<>(opened);
        all.addAll(added);
        return all;
    }

    private @Nullable Due peek() {
        Due first = opened.isEmpty() ? null : opened.get(opened.size() - 1);
        Due other = added.peek();
        return first == null || (other != null && Due.ORDER.compare(other, first) < 0)
                ? other
                : first;
    }

    private void remove(Due first) {
        if (first == added.peek()) {
            added.remove();
        } else {
            opened.remove(opened.size() - 1);
        }
    }

    /** Does all that is due up to the watermark, in order; changes the current key. */
    void advance(long watermarkMs, Actions actions) throws Exception {
        List<Due> events = new ArrayList<>();
        while (true) {
            Due first = peek();
            long nextMs = first == null ? Long.MAX_VALUE : first.atMs;
            if (buckets.hasBegun(Math.min(nextMs, watermarkMs))) {
                open();
            } else if (first == null || nextMs > watermarkMs) {
                break;
            } else {
                nowMs = nextMs;
                act(first, events, actions);
            }
        }
        nowMs = Math.max(nowMs, watermarkMs);
        if (buckets.endAtHand(nowMs)) {
            stagesAtHand = null;
            relabeled.clear();
        }
    }

    private void act(Due first, List<Due> events, Actions actions) throws Exception {
        remove(first);
        switch (first.kind) {
            case EVENT -> {
                events.clear();
                events.add(first);
                for (Due other = peek();
                        other != null && other.kind == Due.Kind.EVENT && other.atMs == first.atMs;
                        other = peek()) {
                    remove(other);
                    events.add(other);
                }
                actions.events(events);
            }
            case STAGE -> {
                if (actions.stage(first)) {
                    add(Due.stage(first.user, first.impression(), first.frozen()));
                }
            }
            case LOOK -> actions.look(first);
            case LABELS -> throw new IllegalStateException("labels are not due");
        }
    }

    /** Makes the next bucket the one at hand; the one before is over. */
    private void open() throws Exception {
        relabeled.clear();
        stagesAtHand = null;
        Map<Due.Name, Due> labels = new HashMap<>();
        for (Due due : buckets.open()) {
            if (due.kind == Due.Kind.LABELS) {
                labels.merge(due.name(), due, DueQueue::newer);
            } else {
                opened.add(due);
            }
        }
        relabel(labels);
        opened.sort(Due.ORDER.reversed());
    }

    /** What was written later; in one chunk, and of what is not written, the newest comes last. */
    private static Due newer(Due one, Due other) {
        return one.chunk > other.chunk ? one : other;
    }

    private void relabel(Map<Due.Name, Due> labels) {
        if (labels.isEmpty()) {
            return;
        }
        for (Due stage : opened) {
            Due newer = stage.kind == Due.Kind.STAGE ? labels.remove(stage.name()) : null;
            if (newer != null) {
                stage.relabel(newer.impression());
                if (stage.stored && !newer.stored) {
                    relabeled.add(newer);
                }
            }
        }
        if (!labels.isEmpty()) {
            throw new IllegalStateException(
                    "labels of impressions that do not wait for a stage: the state is damaged");
        }
    }

    /** Writes all that keyed state does not have yet; changes the current key. */
    void store() throws Exception {
        List<Due> came = new ArrayList<>();
        for (Due due : atHand()) {
            if (!due.stored) {
                came.add(due);
                due.stored = true;
            }
        }
        came.addAll(relabeled);
        relabeled.clear();
        buckets.store(came);
    }

    /** What must be known after a restore beside keyed state. */
    byte[] progress() throws IOException {
        return buckets.progress(nowMs).toBytes();
    }

    /** Takes what a former subtask stored as {@link #progress}. */
    void restore(byte[] progress) throws IOException {
        buckets.restore(DueProgress.of(progress));
    }
}
