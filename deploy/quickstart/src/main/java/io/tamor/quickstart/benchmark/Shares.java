package io.tamor.quickstart.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where the thread of the measured operator spends its time, from a profile of Flight Recorder. Its
 * samples of native code visit one thread at a time, in turn, among those that are in native code:
 * threads that always are, as selectors, tell how many turns there were.
 */
final class Shares {
    /** What a sampled instant was spent on. */
    enum Part {
        ROCKSDB,
        SERIALIZATION,
        OWN_LOGIC,
        FLINK
    }

    static final Duration JAVA_PERIOD = Duration.ofMillis(10);
    static final Duration NATIVE_PERIOD = Duration.ofMillis(10);

    private final String threadPrefix;
    private final Map<Part, Double> java = new EnumMap<>(Part.class);
    private final Map<Part, Double> natives = new EnumMap<>(Part.class);
    private final Map<String, Integer> nativeTurns = new HashMap<>();

    private Shares(String threadPrefix) {
        this.threadPrefix = threadPrefix;
    }

    /**
     * Shares of the time in which the thread was busy, by part.
     *
     * @param threadPrefix how the thread's name begins
     * @param from what was recorded earlier does not count
     */
    static Map<Part, Double> of(Path recording, String threadPrefix, Instant from, Duration length)
            throws IOException {
        Shares shares = new Shares(threadPrefix);
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                RecordedEvent event = file.readEvent();
                if (!event.getStartTime().isBefore(from)) {
                    shares.add(event);
                }
            }
        }
        return shares.result(length);
    }

    private void add(RecordedEvent event) {
        boolean inNative = event.getEventType().getName().equals("jdk.NativeMethodSample");
        if (!inNative && !event.getEventType().getName().equals("jdk.ExecutionSample")) {
            return;
        }
        RecordedThread thread = event.getThread("sampledThread");
        String name = thread == null ? null : thread.getJavaName();
        if (name == null || event.getStackTrace() == null) {
            return;
        }
        if (inNative) {
            nativeTurns.merge(name, 1, Integer::sum);
        }
        if (name.startsWith(threadPrefix)) {
            (inNative ? natives : java).merge(part(event), 1.0, Double::sum);
        }
    }

    private static Part part(RecordedEvent event) {
        boolean serializes = false;
        for (RecordedFrame frame : event.getStackTrace().getFrames()) {
            String type = frame.getMethod().getType().getName();
            if (type.startsWith("org.rocksdb.")) {
                return Part.ROCKSDB;
            }
            serializes |= isSerialization(type, frame.getMethod().getName());
            if (serializes) {
                return Part.SERIALIZATION;
            }
            if (type.startsWith("org.apache.flink.state.rocksdb.")) {
                return Part.ROCKSDB;
            }
            if (type.startsWith("io.tamor.")) {
                return Part.OWN_LOGIC;
            }
            if (type.startsWith("org.apache.flink.")) {
                return Part.FLINK;
            }
        }
        return Part.FLINK;
    }

    private static boolean isSerialization(String type, String method) {
        return type.startsWith("org.apache.avro.")
                || type.startsWith("io.tamor.schemas.")
                || type.startsWith("com.github.luben.zstd.")
                || type.contains("Serializ")
                || type.contains("DataInput")
                || type.contains("DataOutput")
                || type.contains("MemorySegment")
                || type.endsWith("StringValue")
                || (type.startsWith("io.tamor.")
                        && (method.equals("write")
                                || method.equals("read")
                                || method.equals("toBytes")
                                || method.equals("fromBytes")
                                || method.startsWith("decode")
                                || method.startsWith("encode")));
    }

    private Map<Part, Double> result(Duration length) {
        double turns = nativeTurns.values().stream().mapToInt(n -> n).max().orElse(0);
        double javaTicks = (double) length.toNanos() / JAVA_PERIOD.toNanos();
        Map<Part, Double> busy = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            double inNative = turns == 0 ? 0 : natives.getOrDefault(part, 0.0) / turns;
            // A selector's wait or a park is Flink's idling, not its work.
            busy.put(
                    part,
                    java.getOrDefault(part, 0.0) / javaTicks + (part == Part.FLINK ? 0 : inNative));
        }
        double all = busy.values().stream().mapToDouble(d -> d).sum();
        Map<Part, Double> shares = new EnumMap<>(Part.class);
        busy.forEach((part, share) -> shares.put(part, all == 0 ? 0 : share / all));
        return shares;
    }
}
