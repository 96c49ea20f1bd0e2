package io.tamor.quickstart.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.jobs.config.ConfigurationException;
import io.tamor.schemas.Click;
import io.tamor.schemas.wire.MalformedRecordException;
import io.tamor.schemas.wire.RecordWire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
    private static final Duration DISORDER = Duration.ofMinutes(10);
    private static final int EVENTS = 20_000;

    /** A sink that keeps what it is given. */
    private static final class TestingSink implements FeedSink {
        private final List<FeedEvent> events = new ArrayList<>();
        private boolean closed;

        @Override
        public void accept(FeedEvent event) {
            events.add(event);
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private static TestingSink through(ArrivalFaults faults) {
        TestingSink sink = new TestingSink();
        try (Arrivals arrivals = new Arrivals(faults, sink)) {
            for (int i = 0; i < EVENTS; i++) {
                arrivals.accept(click(i));
            }
        }
        assertThat(sink.closed).isTrue();
        return sink;
    }

    private static FeedEvent click(int number) {
        return FeedEvent.of(
                Click.newBuilder()
                        .setEventId("c" + number)
                        .setUserId("u" + number % 17)
                        .setImpressionId("i" + number)
                        .setItemId("item")
                        .setEventTimeMs(1_000L * number)
                        .build());
    }

    @Test
    void withoutFaultsNothingChanges() {
        assertThat(through(ArrivalFaults.none()).events)
                .hasSize(EVENTS)
                .isSortedAccordingTo((a, b) -> Long.compare(a.eventTimeMs(), b.eventTimeMs()));
    }

    @Test
    void disorderIsRealButNeverReachesItsBound() {
        TestingSink sink = through(new ArrivalFaults(DISORDER, 0.05, 0, 0, 0, 3));
        long newest = 0;
        long furthest = 0;
        for (FeedEvent event : sink.events) {
            newest = Math.max(newest, event.eventTimeMs());
            furthest = Math.max(furthest, newest - event.eventTimeMs());
        }
        assertThat(furthest).isBetween(DISORDER.toMillis() / 2, DISORDER.toMillis() - 1);
    }

    @Test
    void theSameSeedGivesTheSameArrivals() {
        ArrivalFaults faults = new ArrivalFaults(DISORDER, 0.1, 0.1, 0, 0.01, 9);
        assertThat(through(faults).events).isEqualTo(through(faults).events);
    }

    @Test
    void duplicatesOrphansAndNoiseComeAtTheirRates() {
        TestingSink sink = through(new ArrivalFaults(DISORDER, 0.05, 0.02, 0.01, 0, 5));
        long noise = sink.events.stream().filter(event -> event.record() == null).count();
        long orphans =
                sink.events.stream()
                        .filter(event -> event.record() instanceof Click)
                        .filter(event -> ((Click) event.record()).getEventId().startsWith("orphan"))
                        .count();
        long duplicates = sink.events.size() - EVENTS - noise - orphans;
        assertThat(duplicates).isBetween(800L, 1_200L);
        assertThat(orphans).isBetween(300L, 500L);
        assertThat(noise).isBetween(140L, 260L);
    }

    @Test
    void noiseDecodesToNothing() {
        RecordWire<Click> wire = RecordWire.of(Click.class);
        EventEncoder encoder = new EventEncoder();
        TestingSink sink = through(new ArrivalFaults(DISORDER, 0, 0, 0.05, 0, 5));
        for (FeedEvent event : sink.events) {
            if (event.record() == null) {
                assertThatThrownBy(() -> wire.decode(encoder.encode(event)))
                        .isInstanceOf(MalformedRecordException.class);
            }
        }
    }

    @Test
    void latecomersAreBehindTheDisorder() {
        TestingSink sink = through(new ArrivalFaults(DISORDER, 0, 0, 0, 0.01, 5));
        long newest = 0;
        long late = 0;
        for (FeedEvent event : sink.events) {
            newest = Math.max(newest, event.eventTimeMs());
            late += newest - event.eventTimeMs() > DISORDER.toMillis() ? 1 : 0;
        }
        assertThat(late).isBetween(140L, 260L);
    }

    @Test
    void aShareOutsideItsRangeIsRefusedByName() {
        assertThatThrownBy(() -> new ArrivalFaults(DISORDER, 1.5, 0, 0, 0, 1))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("duplicates")
                .hasMessageContaining("1.5");
    }
}
