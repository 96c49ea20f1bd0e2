package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.CorrectionOptions;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.LabelSetOptions;
import io.tamor.jobs.config.TimelineOptions;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.schemas.Sample;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.util.OperatorSnapshotUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * State written by earlier builds, kept as files, is read by this one. A new version of a stored
 * form gets a new file, which {@link #main} writes.
 */
final class StateHistoryTest {
    private static final long T = 1_600_000_000_000L;
    private static final long MINUTE = 60_000L;
    private static final Deployment DEPLOYMENT = TestingDeployments.example();
    private static final int NEWEST = 6;
    private static final String REQUEST = "request-1";

    /**
     * Version 3 came with retraction and corrections, version 4 with frozen requests, version 5
     * with stages that wait in a queue of their own, chunk by chunk (a chunk was then of five
     * minutes at most), version 6 with shorter stages and events; with it chunks were compressed.
     */
    private static Deployment deployment(int version) {
        Deployment base = TestingDeployments.example();
        if (version == 1) {
            return base;
        }
        return TestingDeployments.with(
                base,
                new TimelineOptions(
                        base.timeline().emit(),
                        base.timeline().matching(),
                        null,
                        List.of(
                                new LabelSetOptions(
                                        LabelSetOptions.DEFAULT,
                                        base.timeline().labelSets().get(0).attribution(),
                                        LabelSetOptions.Redemptions.RETRACT)),
                        new CorrectionOptions(Duration.ofHours(6)),
                        base.timeline().maxPendingPerUser(),
                        base.timeline().maxItemsPerUser(),
                        version >= 4 ? Duration.ofHours(1) : null),
                base.tasks());
    }

    @ParameterizedTest
    @CsvSource({
        "1, '', false",
        "1, -rocksdb, true",
        "3, '', false",
        "4, '', false",
        "5, '', false",
        "5, -rocksdb, true",
        "5, -chunks-v2, false",
        NEWEST + ", '', false",
        NEWEST + ", -rocksdb, true",
        NEWEST + ", -chunks-v4, false"
    })
    void everyVersionGoesOnWhereItStopped(int version, String by, boolean rocksDb)
            throws Exception {
        URL file = getClass().getResource("/state/user-timeline-v" + version + by + ".snapshot");
        try (TestingTimeline timeline = new TestingTimeline(deployment(version), rocksDb, 1)) {
            timeline.restore(
                    OperatorSnapshotUtil.readStateHandle(Path.of(file.toURI()).toString()));
            timeline.feed(outcome(EventKind.CLICK, "c1", "i1", 2).raw(6));
            timeline.finish();
            assertThat(timeline.rejected).as("the click is known").hasSize(1);
            assertThat(timeline.samples).allMatch(s -> s.getTier().equals("low"));
            assertThat(labels(timeline, 0)).containsExactly(1f, 0f, 0f, 0f, 0f);
            assertThat(labels(timeline, 1)).containsExactly(0f, 1f, 0f, 0f, 0f);
            assertThat(labels(timeline, 2)).containsExactly(0f, 0f, 1f, 1f, 0f);
            assertThat(labels(timeline, 3)).containsExactly(0f, 0f, 0f, 0f, 1f);
            assertThat(timeline.samples.get(2).getAmountMinor()).isEqualTo(20_000);
            assertThat(timeline.counts())
                    .containsEntry("timeline.accepted.impressions", 1L)
                    .containsEntry("timeline.accepted.investments", 2L);
        }
    }

    /** Version 1 kept no aggregates: they are made from the events it kept. */
    @Test
    void versionOneKnowsTheUsersPast() throws Exception {
        assertThat(laterFeatures("/state/user-timeline-v1.snapshot", DEPLOYMENT, null))
                .isEqualTo(laterFeatures(null, DEPLOYMENT, null));
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, NEWEST})
    void theUsersPastAndTheFrozenRequestAreKnown(int version) throws Exception {
        String file = "/state/user-timeline-v" + version + ".snapshot";
        assertThat(laterFeatures(file, deployment(version), REQUEST))
                .isEqualTo(laterFeatures(null, deployment(4), REQUEST))
                .isNotEqualTo(laterFeatures(null, deployment(4), null));
    }

    /** Of an impression after the snapshot was taken, restored or uninterrupted. */
    private static ByteBuffer laterFeatures(String file, Deployment deployment, String request)
            throws Exception {
        try (TestingTimeline timeline = new TestingTimeline(deployment, false, 1)) {
            if (file == null) {
                feedUpToTheSnapshot(timeline, request);
            } else {
                URL url = StateHistoryTest.class.getResource(file);
                timeline.restore(
                        OperatorSnapshotUtil.readStateHandle(Path.of(url.toURI()).toString()));
            }
            timeline.feed(impression("i2", 12, request).raw(6));
            timeline.finish();
            return timeline.samples.stream()
                    .filter(s -> s.getImpressionId().equals("i2"))
                    .findFirst()
                    .orElseThrow()
                    .getDense();
        }
    }

    private static List<Float> labels(TestingTimeline timeline, int stage) {
        Sample sample = timeline.samples.get(stage);
        assertThat(sample.getStage()).isEqualTo(stage);
        return sample.getLabels();
    }

    /** Writes the file of a new version, named by the argument; a second one: by RocksDB. */
    public static void main(String[] arguments) throws Exception {
        boolean rocksDb = arguments.length > 1;
        try (TestingTimeline timeline = new TestingTimeline(deployment(NEWEST), rocksDb, 1)) {
            feedUpToTheSnapshot(timeline, REQUEST);
            OperatorSnapshotUtil.writeStateHandle(timeline.snapshot(), arguments[0]);
        }
    }

    private static void feedUpToTheSnapshot(TestingTimeline timeline, String request)
            throws Exception {
        timeline.feed(
                TestingEvent.investment("v0", "user", T - MINUTE, null, "fund", false, 5_000)
                        .raw(1));
        timeline.feed(impression("i1", 0, request).raw(2));
        timeline.feed(outcome(EventKind.CLICK, "c1", "i1", 2).raw(3));
        timeline.watermarks(T + 5 * MINUTE);
        timeline.feed(outcome(EventKind.CONVERSION, "o1", "i1", 10).raw(4));
        timeline.feed(
                TestingEvent.investment("v1", "user", T + 11 * MINUTE, null, "fund", false, 20_000)
                        .raw(5));
    }

    private static TestingEvent impression(String id, long minute, String request) {
        return TestingEvent.impression(id, "user", T + minute * MINUTE, "item", "fund", null)
                .with(
                        request == null
                                ? Map.of("age", "30")
                                : Map.of("age", "30", TestingEvent.REQUEST, request),
                        Map.of());
    }

    private static TestingEvent outcome(
            EventKind kind, String id, String impressionId, long minute) {
        return TestingEvent.outcome(
                kind, id, "user", T + minute * MINUTE, impressionId, "item", "fund");
    }
}
