package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tamor.jobs.config.AttributionOptions;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.MatchingOptions;
import io.tamor.jobs.config.TaskOptions;
import io.tamor.jobs.config.TimelineOptions;
import io.tamor.jobs.timeline.logic.EventKind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The public offer log with the published result of its join: exact counts, in any order. */
final class StarbucksOffersTest {
    private static final long HOUR = 3_600_000L;
    private static final long START = 1_500_001_200_000L;
    private static final long LATENESS = 24 * HOUR;

    @Test
    void theLogInItsOwnOrderGivesThePublishedCounts() throws Exception {
        List<TestingEvent> events = events();
        try (TestingTimeline timeline = new TestingTimeline(deployment(), false, 2)) {
            long offset = 0;
            for (TestingEvent event : events) {
                timeline.feed(event.raw(offset++));
                if (offset % 1000 == 0) {
                    timeline.watermarks(event.timeMs() - 1);
                }
            }
            timeline.finish();
            assertCounts(timeline, 0);
        }
    }

    @Test
    void disorderDuplicatesAndARestoreChangeNothing() throws Exception {
        List<TestingEvent> events = events();
        Random random = new Random(7);
        List<TestingEvent> sent = new ArrayList<>(events);
        for (TestingEvent event : events) {
            if (random.nextInt(20) == 0) {
                sent.add(event);
            }
        }
        record Arrival(long at, TestingEvent event) {}
        List<Arrival> arrivals = new ArrayList<>();
        for (TestingEvent event : sent) {
            arrivals.add(new Arrival(event.timeMs() + random.nextLong(LATENESS), event));
        }
        arrivals.sort(Comparator.comparingLong(Arrival::at));
        try (TestingTimeline timeline = new TestingTimeline(deployment(), false, 2)) {
            long newest = 0;
            long offset = 0;
            for (Arrival arrival : arrivals) {
                timeline.feed(arrival.event().raw(offset++));
                newest = Math.max(newest, arrival.event().timeMs());
                if (offset % 500 == 0) {
                    timeline.watermarks(newest - LATENESS - 1);
                }
                if (offset == 100_000) {
                    timeline.restore(3);
                }
            }
            timeline.finish();
            assertCounts(timeline, sent.size() - events.size());
        }
    }

    private static void assertCounts(TestingTimeline timeline, long copies) throws Exception {
        Map<String, Long> counts = timeline.counts();
        assertThat(counts)
                .containsEntry("timeline.accepted.impressions", 57_178L)
                .containsEntry("timeline.completed.impressions", 57_178L)
                .containsEntry("timeline.labels.click.positive", 42_377L)
                .containsEntry("timeline.labels.click.mature", 57_178L)
                .containsEntry("timeline.labels.conversion.positive", 17_405L)
                .containsEntry("timeline.labels.investment.positive", 32_665L)
                .containsEntry("timeline.labels.large_investment.positive", 11_237L)
                .containsEntry("timeline.attributed.amount_minor", 119_482_424L)
                .containsEntry("timeline.rejected.clicks.orphan", 888L)
                .containsEntry("timeline.accepted.conversions", 24_737L)
                .containsEntry("timeline.accepted.investments", 104_028L)
                .containsEntry("timeline.samples", 57_178L);
        long duplicates =
                counts.entrySet().stream()
                        .filter(e -> e.getKey().endsWith(".duplicate"))
                        .mapToLong(Map.Entry::getValue)
                        .sum();
        assertThat(duplicates).isEqualTo(357 + copies);
        assertThat(timeline.samples).hasSize(57_178);
        assertThat(timeline.samples.stream().mapToLong(s -> s.getAmountMinor()).sum())
                .isEqualTo(119_482_424L);
        assertThat(timeline.timers()).isZero();
        assertThat(timeline.waiting()).isZero();
        assertThat(timeline.usersWithFrozen()).isZero();
        timeline.forEachUser(user -> assertThat(user.pendingCount()).isZero());
    }

    private static Deployment deployment() {
        Deployment base = TestingDeployments.example();
        Duration window = Duration.ofDays(30);
        List<TaskOptions> tasks = new ArrayList<>();
        for (TaskOptions task : base.tasks()) {
            if (task.label() != TaskOptions.Label.USER_TOTAL) {
                tasks.add(
                        new TaskOptions(
                                task.name(),
                                task.label(),
                                task.kind(),
                                window,
                                task.label() == TaskOptions.Label.LARGE_INVESTMENT ? 2_000 : 0,
                                List.of(),
                                1));
            }
        }
        return TestingDeployments.with(
                base,
                new TimelineOptions(
                        TimelineOptions.Emit.STAGED,
                        new MatchingOptions(MatchingOptions.By.USER_ITEM, true),
                        new AttributionOptions(
                                AttributionOptions.Rule.EVERY_CLICK,
                                AttributionOptions.Scope.ANY,
                                window),
                        10_000,
                        100),
                tasks);
    }

    private static List<TestingEvent> events() throws IOException {
        Path folder = shared().resolve("data/starbucks_offers");
        Assumptions.assumeTrue(
                Files.isDirectory(folder), "the data set is not beside the repository: " + folder);
        ObjectMapper json = new ObjectMapper();
        Map<String, Long> durations = new HashMap<>();
        for (String line : Files.readAllLines(folder.resolve("portfolio.json"))) {
            JsonNode offer = json.readTree(line);
            durations.put(offer.get("id").asText(), offer.get("duration").asLong() * 24 * HOUR);
        }
        List<TestingEvent> events = new ArrayList<>();
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(
                                        Files.newInputStream(folder.resolve("transcript.json.gz"))),
                                StandardCharsets.UTF_8))) {
            for (String line; (line = lines.readLine()) != null; ) {
                events.add(event(json.readTree(line), events.size(), durations));
            }
        }
        assertThat(events).hasSize(229_565);
        return events;
    }

    private static TestingEvent event(JsonNode row, int number, Map<String, Long> durations) {
        String id = Integer.toString(number);
        String user = row.get("person").asText();
        long time = START + row.get("time").asLong() * HOUR;
        JsonNode value = row.get("value");
        return switch (row.get("event").asText()) {
            case "offer received" -> {
                String offer = value.get("offer id").asText();
                yield TestingEvent.impression(
                        id, user, time, offer, "fund", time + durations.get(offer));
            }
            case "offer viewed" ->
                    TestingEvent.outcome(
                            EventKind.CLICK,
                            id,
                            user,
                            time,
                            null,
                            value.get("offer id").asText(),
                            null);
            case "offer completed" ->
                    TestingEvent.outcome(
                            EventKind.CONVERSION,
                            id,
                            user,
                            time,
                            null,
                            value.get("offer_id").asText(),
                            null);
            case "transaction" ->
                    TestingEvent.investment(
                            id,
                            user,
                            time,
                            null,
                            null,
                            false,
                            value.get("amount").decimalValue().movePointRight(2).longValueExact());
            default -> throw new IllegalArgumentException(row.toString());
        };
    }

    /** The folder beside the repository that holds the data sets. */
    private static Path shared() {
        String override = System.getenv("TAMOR_SHARED");
        if (override != null) {
            return Path.of(override);
        }
        Path folder = Path.of("").toAbsolutePath();
        while (folder.getParent() != null && !Files.isDirectory(folder.resolve(".mvn"))) {
            folder = folder.getParent();
        }
        return folder.resolveSibling("shared");
    }
}
