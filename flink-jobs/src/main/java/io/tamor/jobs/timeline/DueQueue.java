package io.tamor.jobs.timeline;

import io.tamor.jobs.timeline.logic.PendingImpression;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All that is due in the future of a subtask, done in the order of event time over all its users.
 * Time is cut into buckets of a minute. What is due in the bucket at hand is sorted; what is due
 * later waits in its bucket, and is written to keyed state in chunks ({@link DueChunks}): what came
 * since the last time for one key group, of as many buckets as make a chunk worth its while. It is
 * read in one go when the first of them comes, and cleared when the last one is over: a deadline
 * costs its share of a chunk, not a look-up of its user.
 *
 * <p>Where chunks begin and how far event time had come is {@link #progress}, in operator state:
 * what a chunk holds from before that instant is done.
 *
 * <p>In memory are the bucket at hand, the rest of the chunks that have begun (of each key group
 * some {@link DueChunks#FULL} a stage), at most {@link #MOST} things that are not written yet, and
 * the places of the chunks that are. Used by the task's thread.
 */
final class DueQueue {
    static final long BUCKET_MS = 60_000L;

    /** Most things that wait unwritten; some 20 MB. */
    static final int MOST = 50_000;

    /** What is due within this time is written last, since most of it need never be. */
    private static final long SOON_MS = 1_800_000L;

    private static final int PROGRESS_VERSION = 1;

    /** Does what is due. */
    interface Actions {
        /** Applies the events of one instant, of any users, in no order. */
        void events(List<Due> events) throws Exception;

        /** Closes a stage; true where its impression waits for another one. */
        boolean stage(Due stage) throws Exception;

        /** Looks at a user for what can be forgotten. */
        void look(Due look) throws Exception;
    }

    /** What is due in a minute. */
    private final class Bucket {
        final long startMs;

        /** What came since the last write. */
        final List<Due> unwritten = new ArrayList<>();

        /** What was read of chunks that begin earlier. */
        final List<Due> read = new ArrayList<>();

        /** The key groups of which chunks of former subtasks may begin here. */
        final BitSet restored = new BitSet();

        /** The other chunks that begin here. */
        final List<DueChunks.Chunk> begin = new ArrayList<>();

        /** Chunks that end here: of those that have begun, and what was written at hand. */
        final List<DueChunks.Chunk> end = new ArrayList<>();

        Bucket(long startMs) {
            this.startMs = startMs;
        }

        void add(Due due) {
            unwritten.add(due);
            unwrittenCount++;
        }

        /** Hands over what came since the last write. */
        List<Due> take() {
            List<Due> came = new ArrayList<>(unwritten);
            unwritten.clear();
            unwrittenCount -= came.size();
            return came;
        }

        /** All that is due, what is not written last; changes the current key. */
        List<Due> open() throws Exception {
            begin.addAll(stored.find(startMs, restored));
            for (DueChunks.Chunk chunk : begin) {
                Bucket last = this;
                for (Due due : stored.read(chunk, restoredMs)) {
                    long bucketMs = bucketMs(due.atMs);
                    Bucket bucket = bucketMs <= startMs ? this : later(bucketMs);
                    bucket.read.add(due);
                    last = bucket.startMs > last.startMs ? bucket : last;
                }
                last.end.add(chunk);
            }
            begin.clear();
            restored.clear();
            List<Due> all = new ArrayList<>(read);
            read.clear();
            all.addAll(take());
            return all;
        }

        /** Removes what ends here; changes the current key. */
        void over() throws Exception {
            for (DueChunks.Chunk chunk : end) {
                stored.clear(chunk);
            }
        }
    }

    private final DueChunks stored;

    /** What was due in the bucket at hand when it was opened, the first last. */
    private final List<Due> opened = new ArrayList<>();

    /** What became due in it since. */
    private final PriorityQueue<Due> added = new PriorityQueue<>(Due.ORDER);

    private final TreeMap<Long, Bucket> later = new TreeMap<>();

    /** By key group, how far event time had come in what was restored. */
    private final long[] restoredMs;

    /** Labels newer than those that keyed state has of the bucket at hand. */
    private final List<Due> relabeled = new ArrayList<>();

    /** Made when it is first asked for: few outcomes come within minutes of their deadline. */
    private @Nullable Map<Due.Name, Due> stagesAtHand;

    private @Nullable Bucket atHand;
    private long nowMs = Long.MIN_VALUE;
    private int unwrittenCount;

    DueQueue(DueChunks stored) {
        this.stored = stored;
        this.restoredMs = new long[stored.groups().getNumberOfKeyGroups()];
        Arrays.fill(restoredMs, Long.MIN_VALUE);
    }

    /** How far event time has come: all that was due up to it is done. */
    long nowMs() {
        return nowMs;
    }

    /** The same for one user: after a restore the sources may be behind what was done before. */
    long doneMs(String user) {
        return Math.max(nowMs, restoredMs[stored.groupOf(user)]);
    }

    /**
     * Adds something due after {@link #nowMs}, or at it while it is being done; may change the key.
     */
    void add(Due due) throws Exception {
        long bucketMs = bucketMs(due.atMs);
        if (bucketMs <= nowMs) {
            added.add(due);
            if (stagesAtHand != null && due.kind == Due.Kind.STAGE) {
                stagesAtHand.put(due.name(), due);
            }
        } else {
            later(bucketMs).add(due);
            makeRoom();
        }
    }

    private Bucket later(long bucketMs) {
        Bucket bucket = later.get(bucketMs);
        if (bucket == null) {
            bucket = new Bucket(bucketMs);
            later.put(bucketMs, bucket);
        }
        return bucket;
    }

    /** Writes what waits, the farthest first, where it is too much. */
    private void makeRoom() throws Exception {
        if (unwrittenCount > MOST) {
            long soonMs = nowMs == Long.MIN_VALUE ? nowMs : nowMs + SOON_MS;
            int left = unwrittenCount;
            long fromMs = Long.MAX_VALUE;
            for (Bucket bucket : later.descendingMap().values()) {
                if (bucket.startMs <= soonMs && left <= MOST / 2) {
                    break;
                }
                left -= bucket.unwritten.size();
                fromMs = bucket.startMs;
            }
            write(later.tailMap(fromMs, true).values(), this::remember);
        }
    }

    /** Writes what waits in buckets, which come in the order of time; changes the current key. */
    private void write(Collection<Bucket> buckets, Consumer<DueChunks.Chunk> written)
            throws Exception {
        for (Bucket bucket : buckets) {
            stored.write(bucket.startMs, bucket.take(), written);
        }
        stored.end(written);
    }

    private void remember(DueChunks.Chunk chunk) {
        later(chunk.bucketMs()).begin.add(chunk);
    }

    /** Gives newer labels to the stage that an impression waits for; may change the current key. */
    void relabel(String user, PendingImpression impression) throws Exception {
        Due labels = Due.labels(user, impression.copy());
        if (bucketMs(labels.atMs) > nowMs) {
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
            Map.Entry<Long, Bucket> bucket = later.firstEntry();
            if (bucket != null && bucket.getKey() <= Math.min(nextMs, watermarkMs)) {
                later.pollFirstEntry();
                open(bucket.getValue());
            } else if (first == null || nextMs > watermarkMs) {
                break;
            } else {
                nowMs = nextMs;
                act(first, events, actions);
            }
        }
        nowMs = Math.max(nowMs, watermarkMs);
        Bucket over = atHand;
        if (over != null && over.startMs + BUCKET_MS - 1 <= nowMs) {
            over.over();
            atHand = null;
            stagesAtHand = null;
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

    /** Makes a bucket the one at hand; the one before is over. */
    private void open(Bucket bucket) throws Exception {
        if (atHand != null) {
            atHand.over();
        }
        relabeled.clear();
        stagesAtHand = null;
        atHand = bucket;
        Map<Due.Name, Due> labels = new HashMap<>();
        for (Due due : bucket.open()) {
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
        write(later.values(), this::remember);
        Bucket now = atHand;
        for (Due due : atHand()) {
            if (!due.stored) {
                if (now == null) { // nothing of it was ever written
                    now = new Bucket(bucketMs(due.atMs));
                    atHand = now;
                }
                now.add(due);
                due.stored = true;
            }
        }
        if (now != null) {
            relabeled.forEach(now::add);
            relabeled.clear();
            // By itself: what is read already is not read again.
            write(List.of(now), now.end::add);
        }
    }

    static long bucketMs(long timeMs) {
        return Math.floorDiv(timeMs, BUCKET_MS) * BUCKET_MS;
    }

    /**
     * What must be known after a restore beside keyed state: the key groups, how far event time had
     * come in each, the buckets where chunks may begin, and the number of the last chunk.
     */
    byte[] progress() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream to = new DataOutputStream(bytes);
        to.writeByte(PROGRESS_VERSION);
        to.writeInt(stored.groups().getStartKeyGroup());
        to.writeInt(stored.groups().getNumberOfKeyGroups());
        for (long restored : restoredMs) {
            to.writeLong(Math.max(nowMs, restored));
        }
        to.writeLong(stored.count());
        Set<Long> begins = begins();
        to.writeInt(begins.size());
        for (long bucket : begins) {
            to.writeLong(bucket);
        }
        return bytes.toByteArray();
    }

    private Set<Long> begins() {
        Set<Long> begins = new TreeSet<>();
        for (Bucket bucket : later.values()) {
            if (!bucket.begin.isEmpty() || !bucket.restored.isEmpty()) {
                begins.add(bucket.startMs);
            }
            bucket.end.forEach(chunk -> begins.add(chunk.bucketMs()));
        }
        if (atHand != null) {
            atHand.end.forEach(chunk -> begins.add(chunk.bucketMs()));
        }
        return begins;
    }

    /**
     * Takes what a former subtask stored as {@link #progress}, as far as it is about these groups.
     */
    void restore(byte[] progress) throws IOException {
        DataInputStream from = new DataInputStream(new ByteArrayInputStream(progress));
        int version = from.readByte();
        if (version != PROGRESS_VERSION) {
            throw new IOException(
                    "progress: form version "
                            + version
                            + ", this build reads "
                            + PROGRESS_VERSION
                            + "; restore with the build that wrote it or a newer one");
        }
        int first = from.readInt() - stored.groups().getStartKeyGroup();
        int count = from.readInt();
        for (int group = first; group < first + count; group++) {
            long doneMs = from.readLong();
            if (isOwn(group)) {
                restoredMs[group] = Math.max(restoredMs[group], doneMs);
            }
        }
        stored.countFrom(from.readLong());
        for (int left = from.readInt(); left > 0; left--) {
            Bucket bucket = later(from.readLong());
            for (int group = first; group < first + count; group++) {
                if (isOwn(group)) {
                    bucket.restored.set(group);
                }
            }
        }
    }

    private boolean isOwn(int group) {
        return group >= 0 && group < restoredMs.length;
    }
}
