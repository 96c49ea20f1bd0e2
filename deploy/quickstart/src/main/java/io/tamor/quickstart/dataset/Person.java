package io.tamor.quickstart.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;

/** A profile of {@link StarbucksOffers}: age 118, no gender and no income together mean unknown. */
record Person(Map<String, String> attributes, Map<String, Double> measures) {
    private static final int UNKNOWN_AGE = 118;

    static Person of(JsonNode node) {
        Map<String, String> attributes = new HashMap<>();
        Map<String, Double> measures = new HashMap<>();
        JsonNode income = node.path("income");
        attributes.put("income_band", band(income));
        if (!income.isNull()) {
            measures.put("income", income.asDouble());
        }
        if (!node.path("gender").isNull()) {
            attributes.put("gender", node.path("gender").asText());
        }
        int age = node.path("age").asInt(UNKNOWN_AGE);
        if (age != UNKNOWN_AGE) {
            attributes.put("age_band", age / 5 * 5 + "s");
            measures.put("age", (double) age);
        }
        LocalDate member = date(node.path("became_member_on").asText());
        attributes.put("member_year", Integer.toString(member.getYear()));
        measures.put(
                "member_days",
                (double)
                        ChronoUnit.DAYS.between(
                                member,
                                LocalDate.ofInstant(StarbucksOffers.EPOCH, ZoneOffset.UTC)));
        return new Person(attributes, measures);
    }

    private static LocalDate date(String text) {
        try {
            return LocalDate.parse(text, DateTimeFormatter.BASIC_ISO_DATE);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "became_member_on must be a date as 20170715, was '" + text + "'", e);
        }
    }

    /** The tier: bands of income, USD a year. */
    private static String band(JsonNode income) {
        if (income.isNull() || income.isMissingNode()) {
            return "unknown";
        }
        double usd = income.asDouble();
        if (usd < 50_000) {
            return "below-50k";
        }
        if (usd < 75_000) {
            return "50-75k";
        }
        return usd < 100_000 ? "75-100k" : "100k-up";
    }
}
