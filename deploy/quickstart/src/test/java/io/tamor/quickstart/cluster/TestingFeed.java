package io.tamor.quickstart.cluster;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.verify.logic.BatchOracle;
import io.tamor.jobs.verify.logic.Place;
import io.tamor.jobs.verify.logic.PlainEvent;
import io.tamor.jobs.verify.logic.PlainEventReader;
import io.tamor.quickstart.feed.EventEncoder;
import io.tamor.quickstart.feed.FeedEvent;
import io.tamor.quickstart.feed.FeedSink;
import io.tamor.quickstart.feed.FileFeedSink;
import io.tamor.quickstart.feed.StreamRole;
import io.tamor.quickstart.simulator.LabelHorizons;
import io.tamor.quickstart.simulator.SimulatorOptions;
import io.tamor.quickstart.simulator.WealthApp;
import io.tamor.schemas.Click;
import io.tamor.schemas.Conversion;
import io.tamor.schemas.Direction;
import io.tamor.schemas.Impression;
import io.tamor.schemas.Investment;
import io.tamor.schemas.Sample;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The simulated app's events in steps of event time, each closed by one event at its very end in
 * every partition that is in use, so that its watermark is known. The last partition of each topic
 * stays empty for ever; conversions stop early.
 */
final class TestingFeed implements AutoCloseable {
    static final Duration STEP = Duration.ofHours(12);

    /** Steps with events; the visits end earlier, for outcomes to come. */
    static final int STEPS = 42;

    /** Steps with conversions. */
    static final int CONVERSION_STEPS = 16;

    private static final String CLOSING = "closing-";

    private static final SimulatorOptions OPTIONS =
            new SimulatorOptions(5, 30, SimulatorOptions.START, Duration.ofDays(14));

    private final Deployment deployment;
    private final KafkaProducer<byte[], byte[]> producer;
    private final EventEncoder encoder = new EventEncoder();
    private final List<List<FeedEvent>> steps = new ArrayList<>();
    private int next;

    TestingFeed(Deployment deployment) {
        this.deployment = deployment;
        Properties properties = deployment.kafka().clientProperties();
        // As in KafkaFeedSink: the topics are new.
        properties.setProperty("max.in.flight.requests.per.connection", "1");
        this.producer =
                new KafkaProducer<>(
                        properties, new ByteArraySerializer(), new ByteArraySerializer());
        for (int step = 0; step < STEPS; step++) {
            steps.add(new ArrayList<>());
        }
        FeedSink sink =
                new FeedSink() {
                    @Override
                    public void accept(FeedEvent event) {
                        place(event);
                    }

                    @Override
                    public void close() {}
                };
        new WealthApp(OPTIONS, LabelHorizons.of(deployment)).run(sink, truth -> {});
    }

    private void place(FeedEvent event) {
        long sinceMs = event.eventTimeMs() - OPTIONS.start().toEpochMilli();
        int step = (int) (sinceMs / STEP.toMillis());
        if (step < STEPS && (event.stream() != StreamRole.CONVERSIONS || step < CONVERSION_STEPS)) {
            steps.get(step).add(event);
        }
    }

    /** Event time at which so many steps end, epoch milliseconds. */
    static long endMs(int steps) {
        return OPTIONS.start().plus(STEP.multipliedBy(steps)).toEpochMilli();
    }

    /** Whose topics it fills. */
    Deployment deployment() {
        return deployment;
    }

    /** Steps sent. */
    int sentSteps() {
        return next;
    }

    /** Sends one step more; returns when the broker has it. */
    void sendStep() throws Exception {
        send(next++);
        producer.flush();
    }

    /** Passes over steps, which come another way. */
    void skipTo(int steps) {
        next = steps;
    }

    /** Writes the first steps to files, and returns how many events they hold. */
    long write(int count, Path folder) {
        long events = 0;
        try (FileFeedSink files = new FileFeedSink(folder)) {
            for (int step = 0; step < count; step++) {
                for (FeedEvent event : events(step)) {
                    files.accept(event);
                    events++;
                }
            }
        }
        return events;
    }

    /** What an independent oracle makes of the events of all steps. */
    List<Sample> expected() throws Exception {
        PlainEventReader reader = new PlainEventReader();
        List<PlainEvent> events = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            for (FeedEvent event : events(step)) {
                PlainEvent.Kind kind = kind(event.stream());
                Place place = new Place(kind.stream(), 0, events.size());
                events.add(reader.read(kind, place, encoder.encode(event)));
            }
        }
        return BatchOracle.of(deployment, events).samples();
    }

    private static PlainEvent.Kind kind(StreamRole stream) {
        return switch (stream) {
            case IMPRESSIONS -> PlainEvent.Kind.IMPRESSION;
            case CLICKS -> PlainEvent.Kind.CLICK;
            case CONVERSIONS -> PlainEvent.Kind.CONVERSION;
            case INVESTMENTS -> PlainEvent.Kind.INVESTMENT;
        };
    }

    private List<FeedEvent> events(int step) {
        List<FeedEvent> events = new ArrayList<>(steps.get(step));
        for (StreamRole stream : StreamRole.values()) {
            if (stream != StreamRole.CONVERSIONS || step < CONVERSION_STEPS) {
                for (int partition = 0; partition < partitionsInUse(stream); partition++) {
                    events.add(close(stream, partition, endMs(step + 1)));
                }
            }
        }
        return events;
    }

    private void send(int step) {
        for (FeedEvent event : events(step)) {
            int inUse = partitionsInUse(event.stream());
            String user = event.userId();
            int partition =
                    user.startsWith(CLOSING)
                            ? Integer.parseInt(user.substring(user.lastIndexOf('-') + 1))
                            : Math.floorMod(user.hashCode(), inUse);
            send(event, partition);
        }
    }

    private int partitionsInUse(StreamRole stream) {
        return stream.topic(deployment.topics()).partitions() - 1;
    }

    private void send(FeedEvent event, int partition) {
        var unused =
                producer.send(
                        new ProducerRecord<>(
                                event.stream().topic(deployment.topics()).name(),
                                partition,
                                event.eventTimeMs(),
                                event.userId().getBytes(StandardCharsets.UTF_8),
                                encoder.encode(event)));
    }

    private static FeedEvent close(StreamRole stream, int partition, long timeMs) {
        String user = CLOSING + stream.label() + "-" + partition;
        String id = user + "-" + timeMs;
        return switch (stream) {
            case IMPRESSIONS ->
                    FeedEvent.of(
                            Impression.newBuilder()
                                    .setImpressionId(id)
                                    .setUserId(user)
                                    .setItemId("none")
                                    .setScenario("cash")
                                    .setEventTimeMs(timeMs)
                                    .setAttributes(Map.of())
                                    .setMeasures(Map.of())
                                    .build());
            case CLICKS ->
                    FeedEvent.of(
                            Click.newBuilder()
                                    .setEventId(id)
                                    .setUserId(user)
                                    .setImpressionId("none")
                                    .setItemId("none")
                                    .setScenario("cash")
                                    .setEventTimeMs(timeMs)
                                    .build());
            case CONVERSIONS ->
                    FeedEvent.of(
                            Conversion.newBuilder()
                                    .setEventId(id)
                                    .setUserId(user)
                                    .setImpressionId("none")
                                    .setItemId("none")
                                    .setScenario("cash")
                                    .setEventTimeMs(timeMs)
                                    .build());
            case INVESTMENTS ->
                    FeedEvent.of(
                            Investment.newBuilder()
                                    .setEventId(id)
                                    .setUserId(user)
                                    .setDirection(Direction.SUBSCRIBE)
                                    .setAmountMinor(1)
                                    .setEventTimeMs(timeMs)
                                    .build());
        };
    }

    @Override
    public void close() {
        producer.close();
    }
}
