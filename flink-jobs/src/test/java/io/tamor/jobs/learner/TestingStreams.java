package io.tamor.jobs.learner;

import io.tamor.jobs.io.OutgoingRecord;
import io.tamor.jobs.snapshot.SnapshotAnnouncer;
import io.tamor.schemas.Sample;
import io.tamor.schemas.SnapshotAnnouncement;
import io.tamor.schemas.wire.RecordWire;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;

/** Edges of the learning job in this process: what a run has said is kept under the run's name. */
final class TestingStreams {
    private static final Map<String, List<OutgoingRecord>> RECORDS = new ConcurrentHashMap<>();
    private static final Map<String, List<SnapshotAnnouncement>> ANNOUNCED =
            new ConcurrentHashMap<>();
    private static final Map<String, AtomicInteger> FAILURES = new ConcurrentHashMap<>();

    private TestingStreams() {}

    /** The samples, so many a checkpoint, and no faster. */
    static DataGeneratorSource<ConsumedSample> source(List<Sample> samples, int perCheckpoint) {
        RecordWire<Sample> wire = RecordWire.of(Sample.class);
        List<ConsumedSample> records = new ArrayList<>();
        for (Sample sample : samples) {
            ConsumedSample consumed = new ConsumedSample();
            consumed.userId = sample.getUserId();
            consumed.offset = records.size();
            consumed.timestampMs = sample.getMaturedAtMs();
            consumed.payload = wire.encode(sample);
            records.add(consumed);
        }
        Held held = new Held(records);
        return new DataGeneratorSource<>(
                index -> held.get(index),
                records.size(),
                RateLimiterStrategy.perCheckpoint(perCheckpoint),
                TypeInformation.of(ConsumedSample.class));
    }

    /** A watermark behind every sample, so that no clock decides how far a checkpoint comes. */
    static WatermarkStrategy<ConsumedSample> watermarks() {
        return WatermarkStrategy.<ConsumedSample>forGenerator(context -> new EverySample())
                .withTimestampAssigner((sample, timestamp) -> sample.timestampMs);
    }

    private static final class EverySample implements WatermarkGenerator<ConsumedSample> {
        @Override
        public void onEvent(ConsumedSample sample, long timestampMs, WatermarkOutput output) {
            output.emitWatermark(new Watermark(timestampMs - 1));
        }

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {
            // Every sample has had its own.
        }
    }

    /** Records that stay in this process, so that the job graph stays small. */
    private static final class Held implements java.io.Serializable {
        private static final Map<Integer, List<ConsumedSample>> ALL = new ConcurrentHashMap<>();
        private final int id = ALL.size();

        Held(List<ConsumedSample> records) {
            ALL.put(id, List.copyOf(records));
        }

        ConsumedSample get(long index) {
            return ALL.get(id).get((int) index);
        }
    }

    static Sink<OutgoingRecord> sink(String run, String topic) {
        return new CollectingSink(run + "/" + topic);
    }

    static List<OutgoingRecord> records(String run, String topic) {
        return RECORDS.getOrDefault(run + "/" + topic, List.of());
    }

    static SnapshotAnnouncer.Factory announcers(String run) {
        return () -> new KeepingAnnouncer(run);
    }

    static List<SnapshotAnnouncement> announced(String run) {
        return ANNOUNCED.getOrDefault(run, List.of());
    }

    static int failures(String run) {
        AtomicInteger failures = FAILURES.get(run);
        return failures == null ? 0 : failures.get();
    }

    private record KeepingAnnouncer(String run) implements SnapshotAnnouncer {
        @Override
        public void announce(SnapshotAnnouncement announcement) {
            ANNOUNCED.computeIfAbsent(run, name -> new CopyOnWriteArrayList<>()).add(announcement);
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }

    private record CollectingSink(String name) implements Sink<OutgoingRecord> {
        @Override
        public SinkWriter<OutgoingRecord> createWriter(WriterInitContext context) {
            List<OutgoingRecord> into =
                    RECORDS.computeIfAbsent(name, key -> new CopyOnWriteArrayList<>());
            return new SinkWriter<>() {
                @Override
                public void write(OutgoingRecord element, Context writerContext) {
                    into.add(element);
                }

                @Override
                public void flush(boolean endOfInput) {
                    // Written at once.
                }

                @Override
                public void close() {
                    // Nothing is held.
                }
            };
        }
    }

    /** Fails once a number of checkpoints are complete, as often in a run as it is told to. */
    static final class FailingMap extends RichMapFunction<ConsumedSample, ConsumedSample>
            implements CheckpointListener {
        private final String run;
        private final int failures;
        private final int checkpointsBetween;
        private int completed;

        FailingMap(String run, int failures, int checkpointsBetween) {
            this.run = run;
            this.failures = failures;
            this.checkpointsBetween = checkpointsBetween;
        }

        @Override
        public ConsumedSample map(ConsumedSample sample) {
            AtomicInteger failed = FAILURES.computeIfAbsent(run, name -> new AtomicInteger());
            if (completed >= checkpointsBetween && failed.get() < failures) {
                failed.incrementAndGet();
                throw new IllegalStateException("failure " + failed + " on purpose");
            }
            return sample;
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) {
            completed++;
        }
    }
}
