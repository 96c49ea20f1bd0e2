package io.tamor.jobs.timeline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is due later than at hand. Event time is cut into buckets of a minute, and what is due waits
 * in its bucket, unsorted, until that is opened. It is written to keyed state in chunks ({@link
 * DueChunks}): what came since the last time for one key group, of as many buckets as make a chunk
 * worth its while. A chunk is read in one go when the first of them is opened, and cleared when the
 * last one is over: of the bucket at hand this knows which chunks end with it, and no more.
 *
 * <p>Where chunks begin and how far event time had come is {@link #progress}, in operator state:
 * what a chunk holds from before that instant is done.
 *
 * <p>In memory are at most {@link #MOST} things that are not written yet, the rest of the chunks
 * that have begun (of each key group some {@link DueChunks#FULL} a stage), and the places of the
 * chunks that are written. Used by the task's thread.
 */
final class DueBuckets {
    static final long BUCKET_MS = 60_000L;

    /** Most things that wait unwritten; some 20 MB. */
    static final int MOST = 50_000;

    /** What is due within this time is written last, since most of it need never be. */
    private static final long SOON_MS = 1_800_000L;

    /** What is due in a minute. */
    private static final class Bucket {
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
    }

    private final DueChunks stored;

    /** The buckets that wait, by their start. */
    private final TreeMap<Long, Bucket> later = new TreeMap<>();

    /** By key group, how far event time had come in what was restored. */
    private final long[] restoredMs;

    /** Null where keyed state has nothing of what is at hand. */
    private @Nullable Bucket atHand;

    private int unwrittenCount;

    DueBuckets(DueChunks stored) {
        this.stored = stored;
        this.restoredMs = new long[stored.groups().getNumberOfKeyGroups()];
        Arrays.fill(restoredMs, Long.MIN_VALUE);
    }

    /** Start of the bucket that an instant is in. */
    static long bucketMs(long timeMs) {
        return Math.floorDiv(timeMs, BUCKET_MS) * BUCKET_MS;
    }

    /** How far event time had come for a user in what was restored. */
    long restoredMs(String user) {
        return restoredMs[stored.groupOf(user)];
    }

    /** Lets something wait in a bucket that begins after now; may change the current key. */
    void add(Due due, long nowMs) throws Exception {
        later(bucketMs(due.atMs)).unwritten.add(due);
        unwrittenCount++;
        makeRoom(nowMs);
    }

    private Bucket later(long bucketMs) {
        return later.computeIfAbsent(bucketMs, Bucket::new);
    }

    /** Writes what waits, the farthest first, where it is too much. */
    private void makeRoom(long nowMs) throws Exception {
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
            write(later.tailMap(fromMs, true).values());
        }
    }

    /** Writes what waits in buckets, which come in the order of time; changes the current key. */
    private void write(Collection<Bucket> buckets) throws Exception {
        Consumer<DueChunks.Chunk> written = chunk -> later(chunk.bucketMs()).begin.add(chunk);
        for (Bucket bucket : buckets) {
            stored.write(bucket.startMs, take(bucket), written);
        }
        stored.end(written);
    }

    /** Takes out of a bucket what came since the last write. */
    private List<Due> take(Bucket bucket) {
        List<Due> came = new ArrayList<>(bucket.unwritten);
        bucket.unwritten.clear();
        unwrittenCount -= came.size();
        return came;
    }

    /** True where a bucket waits that begins at an instant or before. */
    boolean hasBegun(long timeMs) {
        return !later.isEmpty() && later.firstKey() <= timeMs;
    }

    /**
     * Makes the first bucket that waits the one at hand; the one before is over. Changes the
     * current key.
     *
     * @return all that is due in it, what is not written last
     */
    List<Due> open() throws Exception {
        Bucket first = Objects.requireNonNull(later.pollFirstEntry()).getValue();
        if (atHand != null) {
            clear(atHand);
        }
        atHand = first;
        first.begin.addAll(stored.find(first.startMs, first.restored));
        for (DueChunks.Chunk chunk : first.begin) {
            read(chunk, first);
        }
        first.begin.clear();
        first.restored.clear();
        List<Due> all = new ArrayList<>(first.read);
        first.read.clear();
        all.addAll(take(first));
        return all;
    }

    /** Reads a chunk into the bucket where it begins and those after it. */
    private void read(DueChunks.Chunk chunk, Bucket first) throws Exception {
        Bucket last = first;
        for (Due due : stored.read(chunk, restoredMs)) {
            long bucketMs = bucketMs(due.atMs);
            Bucket bucket = bucketMs <= first.startMs ? first : later(bucketMs);
            bucket.read.add(due);
            last = bucket.startMs > last.startMs ? bucket : last;
        }
        last.end.add(chunk);
    }

    /** Ends the bucket at hand where it is over, and says whether; changes the current key. */
    boolean endAtHand(long nowMs) throws Exception {
        Bucket over = atHand;
        if (over == null || over.startMs + BUCKET_MS - 1 > nowMs) {
            return false;
        }
        clear(over);
        atHand = null;
        return true;
    }

    private void clear(Bucket over) throws Exception {
        for (DueChunks.Chunk chunk : over.end) {
            stored.clear(chunk);
        }
    }

    /**
     * Writes all that waits and is not written yet; changes the current key.
     *
     * @param came what keyed state lacks of what is at hand, written by itself: what is read
     *     already is not read again
     */
    void store(List<Due> came) throws Exception {
        write(later.values());
        if (came.isEmpty()) {
            return;
        }
        Bucket now = atHand;
        if (now == null) { // nothing of it was ever written
            now = new Bucket(bucketMs(came.get(0).atMs));
            atHand = now;
        }
        stored.write(now.startMs, came, now.end::add);
        stored.end(now.end::add);
    }

    /** What must be known after a restore beside keyed state. */
    DueProgress progress(long nowMs) {
        List<Long> doneMs = new ArrayList<>();
        for (long restored : restoredMs) {
            doneMs.add(Math.max(nowMs, restored));
        }
        return new DueProgress(
                stored.groups().getStartKeyGroup(),
                doneMs,
                stored.count(),
                new ArrayList<>(begins()));
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

    /** Takes what a former subtask had come to, as far as it is about these groups. */
    void restore(DueProgress former) {
        BitSet own = new BitSet();
        int group = former.firstGroup() - stored.groups().getStartKeyGroup();
        for (long doneMs : former.doneMs()) {
            if (group >= 0 && group < restoredMs.length) {
                restoredMs[group] = Math.max(restoredMs[group], doneMs);
                own.set(group);
            }
            group++;
        }
        stored.countFrom(former.chunkCount());
        for (long beginMs : former.beginMs()) {
            later(beginMs).restored.or(own);
        }
    }
}
