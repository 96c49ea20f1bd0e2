package io.tamor.quickstart.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tamor.jobs.cli.UsageException;
import io.tamor.quickstart.feed.FeedEvent;
import io.tamor.quickstart.feed.FeedSink;
import io.tamor.schemas.Click;
import io.tamor.schemas.Conversion;
import io.tamor.schemas.Direction;
import io.tamor.schemas.Impression;
import io.tamor.schemas.Investment;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.zip.GZIPInputStream;

/**
 * The rewards app's offer log: an offer received is an impression, viewed a click, completed a
 * conversion, a purchase an investment. Ids are row numbers of {@code transcript.json}, from 1;
 * times are whole hours after {@link #EPOCH}. The log is in order of time.
 */
final class StarbucksOffers implements Dataset {
    /** Hour 0 of the log, whose real date is not published: a Monday after the last sign-up. */
    static final Instant EPOCH = Instant.parse("2018-07-30T00:00:00Z");

    private static final String PROFILE = "profile.json.gz";
    private static final String PORTFOLIO = "portfolio.json";
    private static final String TRANSCRIPT = "transcript.json.gz";

    private final ObjectMapper mapper = new ObjectMapper();

    @Override
    public String name() {
        return "starbucks_offers";
    }

    @Override
    public String title() {
        return "Offers received, viewed and completed in a rewards app, with spend (simulated by its"
                + " publisher)";
    }

    @Override
    public String deployment() {
        return Datasets.resource("starbucks_offers.yaml");
    }

    @Override
    public String currency() {
        return "$";
    }

    /**
     * Gradient-boosted trees, trained offline on the waves before hour 504, tested on the later.
     */
    @Override
    public Map<String, Double> referenceAuc() {
        return Map.of("click", 0.873, "conversion", 0.868, "investment", 0.816);
    }

    @Override
    public long expectedEvents() {
        return 229_565;
    }

    @Override
    public void check(Path directory) {
        for (String file : List.of(PORTFOLIO, PROFILE, TRANSCRIPT)) {
            if (!Files.isRegularFile(directory.resolve(file))) {
                throw new UsageException(
                        "--data: "
                                + name()
                                + " wants the files "
                                + List.of(PORTFOLIO, PROFILE, TRANSCRIPT)
                                + " in one folder; "
                                + file
                                + " is not in "
                                + directory.toAbsolutePath().normalize()
                                + "; give the folder that holds them");
            }
        }
    }

    @Override
    public void read(Path directory, long limit, FeedSink into) {
        check(directory);
        Map<String, Offer> offers = new HashMap<>();
        lines(
                directory.resolve(PORTFOLIO),
                Long.MAX_VALUE,
                (row, node) -> offers.put(text(node, "id"), Offer.of(node)));
        Map<String, Person> people = new HashMap<>();
        lines(
                directory.resolve(PROFILE),
                Long.MAX_VALUE,
                (row, node) -> people.put(text(node, "id"), Person.of(node)));
        lines(
                directory.resolve(TRANSCRIPT),
                limit,
                (row, node) -> into.accept(event(row, node, offers, people)));
    }

    private static FeedEvent event(
            long row, JsonNode node, Map<String, Offer> offers, Map<String, Person> people) {
        String id = Long.toString(row);
        String person = text(node, "person");
        JsonNode value = node.path("value");
        long hour = node.path("time").asLong(-1);
        if (hour < 0) {
            throw new IllegalArgumentException("time must be a whole hour >= 0, was " + node);
        }
        long time = EPOCH.toEpochMilli() + Duration.ofHours(hour).toMillis();
        String event = text(node, "event");
        return switch (event) {
            case "offer received" -> {
                String item = text(value, "offer id");
                Offer offer = known(offers, item, "offer", PORTFOLIO);
                Person profile = known(people, person, "person", PROFILE);
                yield FeedEvent.of(
                        Impression.newBuilder()
                                .setImpressionId(id)
                                .setUserId(person)
                                .setItemId(item)
                                .setScenario(offer.type())
                                .setEventTimeMs(time)
                                .setValidUntilMs(time + offer.durationMs())
                                .setAttributes(attributes(profile, offer, hour))
                                .setMeasures(measures(profile, offer))
                                .build());
            }
            case "offer viewed" ->
                    FeedEvent.of(
                            Click.newBuilder()
                                    .setEventId(id)
                                    .setUserId(person)
                                    .setItemId(text(value, "offer id"))
                                    .setEventTimeMs(time)
                                    .build());
            // The key is spelt otherwise here than in the two events before.
            case "offer completed" ->
                    FeedEvent.of(
                            Conversion.newBuilder()
                                    .setEventId(id)
                                    .setUserId(person)
                                    .setItemId(text(value, "offer_id"))
                                    .setEventTimeMs(time)
                                    .build());
            case "transaction" ->
                    FeedEvent.of(
                            Investment.newBuilder()
                                    .setEventId(id)
                                    .setUserId(person)
                                    .setDirection(Direction.SUBSCRIBE)
                                    .setAmountMinor(cents(text(value, "amount")))
                                    .setEventTimeMs(time)
                                    .build());
            default ->
                    throw new IllegalArgumentException(
                            "event must be offer received, offer viewed, offer completed or"
                                    + " transaction, was "
                                    + event);
        };
    }

    private static Map<String, String> attributes(Person person, Offer offer, long hour) {
        Map<String, String> attributes = new HashMap<>(person.attributes());
        attributes.put("channels", offer.channels());
        attributes.put("wave", Long.toString(hour));
        return attributes;
    }

    private static Map<String, Double> measures(Person person, Offer offer) {
        Map<String, Double> measures = new HashMap<>(person.measures());
        measures.put("difficulty", offer.difficulty());
        measures.put("reward", offer.reward());
        measures.put("duration_days", (double) offer.durationMs() / Duration.ofDays(1).toMillis());
        return measures;
    }

    /** Exact: amounts have at most two decimals. */
    private static long cents(String usd) {
        return new BigDecimal(usd).movePointRight(2).longValueExact();
    }

    private static String text(JsonNode node, String key) {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            throw new IllegalArgumentException("no " + key + " in " + node);
        }
        return value.asText();
    }

    private static <T> T known(Map<String, T> by, String id, String what, String file) {
        T value = by.get(id);
        if (value == null) {
            throw new IllegalArgumentException(what + " " + id + " is not in " + file);
        }
        return value;
    }

    private void lines(Path file, long limit, BiConsumer<Long, JsonNode> row) {
        long number = 0;
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(open(file), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine();
                    line != null && number < limit;
                    line = reader.readLine()) {
                number++;
                if (line.isBlank()) {
                    continue; // counted, so that numbers are the file's own
                }
                JsonNode node = mapper.readTree(line);
                row.accept(number, Objects.requireNonNull(node));
            }
        } catch (JsonProcessingException | IllegalArgumentException | ArithmeticException e) {
            throw new UsageException(
                    file
                            + ", line "
                            + number
                            + ": not as the data set is published: "
                            + e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }

    private static InputStream open(Path file) throws IOException {
        InputStream in = new FileInputStream(file.toFile());
        return file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in;
    }

    /** An offer of the portfolio. */
    private record Offer(
            String type, double difficulty, double reward, long durationMs, String channels) {
        static Offer of(JsonNode node) {
            StringBuilder channels = new StringBuilder();
            for (JsonNode channel : node.path("channels")) {
                channels.append(channels.length() == 0 ? "" : "|").append(channel.asText());
            }
            return new Offer(
                    text(node, "offer_type"),
                    node.path("difficulty").asDouble(),
                    node.path("reward").asDouble(),
                    Math.round(node.path("duration").asDouble() * Duration.ofDays(1).toMillis()),
                    channels.toString());
        }
    }
}
