package io.tamor.quickstart.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tamor.jobs.cli.UsageException;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.quickstart.feed.FeedEvent;
import io.tamor.quickstart.feed.FeedSink;
import io.tamor.quickstart.feed.StreamRole;
import io.tamor.schemas.Click;
import io.tamor.schemas.Conversion;
import io.tamor.schemas.Impression;
import io.tamor.schemas.Investment;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StarbucksOffersTest {
    private static final String OFFER =
            "{\"reward\": 5, \"channels\": [\"web\", \"email\"], \"difficulty\": 20, \"duration\":"
                    + " 10.0, \"offer_type\": \"discount\", \"id\": \"o1\"}";
    private static final String KNOWN =
            "{\"gender\": \"F\", \"age\": 55, \"id\": \"p1\", \"became_member_on\": \"20170715\","
                    + " \"income\": 75000}";
    private static final String UNKNOWN =
            "{\"gender\": null, \"age\": 118, \"id\": \"p2\", \"became_member_on\": \"20180712\","
                    + " \"income\": null}";

    @TempDir private Path folder;
    private final Dataset dataset = Datasets.named("starbucks_offers");

    @BeforeEach
    void writeFiles() throws IOException {
        Files.writeString(folder.resolve("portfolio.json"), OFFER + "\n");
        gzip("profile.json.gz", KNOWN, UNKNOWN);
        gzip(
                "transcript.json.gz",
                "{\"person\": \"p1\", \"event\": \"offer received\", \"value\": {\"offer id\":"
                        + " \"o1\"}, \"time\": 6}",
                "{\"person\": \"p1\", \"event\": \"offer viewed\", \"value\": {\"offer id\":"
                        + " \"o1\"}, \"time\": 7}",
                "{\"person\": \"p1\", \"event\": \"transaction\", \"value\": {\"amount\": 34.56},"
                        + " \"time\": 7}",
                "{\"person\": \"p1\", \"event\": \"offer completed\", \"value\": {\"offer_id\":"
                        + " \"o1\", \"reward\": 5}, \"time\": 7}",
                "{\"person\": \"p2\", \"event\": \"offer received\", \"value\": {\"offer id\":"
                        + " \"o1\"}, \"time\": 8}");
    }

    private void gzip(String name, String... lines) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(folder.resolve(name)))) {
            out.write(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
        }
    }

    private static List<FeedEvent> read(Dataset dataset, Path folder, long limit) {
        List<FeedEvent> events = new ArrayList<>();
        FeedSink sink =
                new FeedSink() {
                    @Override
                    public void accept(FeedEvent event) {
                        events.add(event);
                    }

                    @Override
                    public void close() {}
                };
        dataset.read(folder, limit, sink);
        return events;
    }

    @Test
    void theFourKindsOfRowsBecomeTheFourStreams() {
        List<FeedEvent> events = read(dataset, folder, Long.MAX_VALUE);
        long start = StarbucksOffers.EPOCH.toEpochMilli();
        Impression impression = (Impression) events.get(0).record();
        assertThat(impression.getImpressionId()).isEqualTo("1");
        assertThat(impression.getScenario()).isEqualTo("discount");
        assertThat(impression.getEventTimeMs()).isEqualTo(start + Duration.ofHours(6).toMillis());
        assertThat(impression.getValidUntilMs())
                .isEqualTo(impression.getEventTimeMs() + Duration.ofDays(10).toMillis());
        assertThat(impression.getAttributes())
                .containsEntry("channels", "web|email")
                .containsEntry("income_band", "75-100k")
                .containsEntry("gender", "F")
                .containsEntry("age_band", "55s");
        assertThat(impression.getMeasures())
                .containsEntry("difficulty", 20.0)
                .containsEntry("duration_days", 10.0)
                .containsEntry("income", 75_000.0);
        assertThat(((Click) events.get(1).record()).getImpressionId()).isNull();
        assertThat(((Investment) events.get(2).record()).getAmountMinor()).isEqualTo(3_456);
        assertThat(((Conversion) events.get(3).record()).getItemId()).isEqualTo("o1");
    }

    @Test
    void whatIsMissingStaysMissing() {
        Impression impression = (Impression) read(dataset, folder, Long.MAX_VALUE).get(4).record();
        assertThat(impression.getAttributes())
                .containsEntry("income_band", "unknown")
                .doesNotContainKeys("gender", "age_band");
        assertThat(impression.getMeasures()).doesNotContainKeys("income", "age");
    }

    @Test
    void aLimitCutsTheLog() {
        assertThat(read(dataset, folder, 2)).hasSize(2);
    }

    @Test
    void aMissingFileIsNamedWithItsFolder() throws IOException {
        Files.delete(folder.resolve("profile.json.gz"));
        assertThatThrownBy(() -> dataset.check(folder))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("profile.json.gz is not in")
                .hasMessageContaining(folder.toString());
    }

    @Test
    void aBrokenRowIsNamedByFileAndLine() throws IOException {
        gzip(
                "transcript.json.gz",
                "{\"person\": \"p1\", \"event\": \"offer lost\", \"value\": {}, \"time\": 6}");
        assertThatThrownBy(() -> read(dataset, folder, Long.MAX_VALUE))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("transcript.json.gz, line 1")
                .hasMessageContaining("offer lost");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2017-07-15", "20171332"})
    void aPersonWithoutAProperDateIsNamedByFileAndLine(String date) throws IOException {
        gzip("profile.json.gz", UNKNOWN, KNOWN.replace("20170715", date));
        assertThatThrownBy(() -> read(dataset, folder, Long.MAX_VALUE))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("profile.json.gz, line 2")
                .hasMessageContaining("became_member_on")
                .hasMessageContaining("'" + date + "'");
    }

    @Test
    void anEmptyLineIsLeftOutButCounted() throws IOException {
        Files.writeString(folder.resolve("portfolio.json"), OFFER + "\n\n");
        gzip(
                "transcript.json.gz",
                "",
                "{\"person\": \"p1\", \"event\": \"offer viewed\", \"value\": {\"offer id\":"
                        + " \"o1\"}, \"time\": 7}");
        List<FeedEvent> events = read(dataset, folder, Long.MAX_VALUE);
        assertThat(events).hasSize(1);
        assertThat(((Click) events.get(0).record()).getEventId()).isEqualTo("2");
    }

    @Test
    void anUnknownSetNamesThoseThereAre() {
        assertThatThrownBy(() -> Datasets.named("starbuck"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("starbucks_offers");
    }

    @Test
    void theShippedDeploymentIsSoundAndItsTiersAreTheIncomeBands() {
        Deployment deployment = DeploymentReader.parse("starbucks_offers", dataset.deployment());
        assertThat(deployment.tiers().names())
                .containsExactly("unknown", "below-50k", "50-75k", "75-100k", "100k-up");
        assertThat(deployment.longestWindow()).isEqualTo(Duration.ofDays(10));
    }

    @Test
    void thePublishedSetHasItsDocumentedCountsInOrderOfTime() {
        List<FeedEvent> events =
                read(dataset, SharedData.folder("starbucks_offers"), Long.MAX_VALUE);
        Map<StreamRole, Integer> counts = new EnumMap<>(StreamRole.class);
        events.forEach(event -> counts.merge(event.stream(), 1, Integer::sum));
        assertThat(counts)
                .containsEntry(StreamRole.IMPRESSIONS, 57_178)
                .containsEntry(StreamRole.CLICKS, 43_265)
                .containsEntry(StreamRole.CONVERSIONS, 25_094)
                .containsEntry(StreamRole.INVESTMENTS, 104_028);
        assertThat(events).isSortedAccordingTo(Comparator.comparing(FeedEvent::eventTimeMs));
    }
}
