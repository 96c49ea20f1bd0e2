package io.tamor.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DeploymentReaderTest {

    private static String example() throws IOException {
        try (InputStream in = DeploymentReaderTest.class.getResourceAsStream("/deployment.yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aWholeFileIsRead() throws IOException {
        Deployment deployment = DeploymentReader.parse("example", example());

        assertThat(deployment.tiers().names()).containsExactly("none", "low", "high");
        assertThat(deployment.longestWindow()).isEqualTo(Duration.ofDays(7));
        LabelSetOptions only = deployment.timeline().labelSets().get(0);
        assertThat(deployment.timeline().labelSets()).hasSize(1);
        assertThat(only.name()).isEqualTo("default");
        assertThat(only.attribution().rule()).isEqualTo(AttributionOptions.Rule.LAST_CLICK);
        assertThat(only.redemptions()).isEqualTo(LabelSetOptions.Redemptions.IGNORE);
        assertThat(deployment.sampleSchema().categorical())
                .extracting(FeatureOptions::name)
                .containsExactly("age", "item", "scenario");
        assertThat(deployment.sampleSchema().dense())
                .extracting(FeatureOptions::name)
                .containsExactly("position", "clicks_7d", "ctr_here");
    }

    @Test
    void everyProblemIsNamedAtOnceWithItsKeyAndValue() throws IOException {
        String broken =
                example()
                        .replace("disorder: 10 min, idle", "disordr: 10 min, idle")
                        .replace("emit: staged", "emit: sometimes")
                        .replace("window: 15 min", "window: 15 minutes")
                        .replace("batch: 64", "batch: 0");

        assertThatThrownBy(() -> DeploymentReader.parse("broken.yaml", broken))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("broken.yaml: 5 problems")
                .hasMessageContaining("disordr")
                .hasMessageContaining("the nearest known key is disorder")
                .hasMessageContaining("/timeline/emit")
                .hasMessageContaining("sometimes")
                .hasMessageContaining("/tasks/0/window")
                .hasMessageContaining("15 minutes")
                .hasMessageContaining("/learner/batch");
    }

    @Test
    void durationsThatNoClockCouldCountAreRefusedByTheirKey() throws IOException {
        String endless =
                example()
                        .replace("disorder: 10 min, idle", "disorder: 200000000000 d, idle")
                        .replace("window: 15 min", "window: 99999999999999999999 s");
        assertThatThrownBy(() -> DeploymentReader.parse("endless.yaml", endless))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("endless.yaml: 2 problems")
                .hasMessageContaining("/event_time/disorder")
                .hasMessageContaining("/tasks/0/window");
        String idle = example().replaceFirst("idle: [0-9]+ [a-z]+", "idle: 0 s");
        assertThatThrownBy(() -> DeploymentReader.parse("idle.yaml", idle))
                .hasMessageContaining("event_time.idle must be > 0");
    }

    @Test
    void learnersSideBySideShareOutTheMiniBatchAndNeedAMerge() throws IOException {
        String merging =
                example()
                        .replace(
                                "learner: {", "learner: {parallelism: 4, merge: {every: 10 min}, ");
        assertThat(DeploymentReader.parse("merge", merging).learner().ownBatch()).isEqualTo(16);

        String alone = example().replace("learner: {", "learner: {parallelism: 4, ");
        assertThatThrownBy(() -> DeploymentReader.parse("alone", alone))
                .hasMessageContaining("learner.parallelism 4 needs learner.merge");
    }

    @Test
    void danglingReferencesAreNamedAtOnce() throws IOException {
        String broken =
                example()
                        .replace("window: 1 d, weight", "window: 1 d, scenarios: [gold], weight")
                        .replace("{name: item, side: item", "{name: item, side: user")
                        .replace("from_minor: 1000000", "from_minor: 1");

        assertThatThrownBy(() -> DeploymentReader.parse("broken.yaml", broken))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("3 problems")
                .hasMessageContaining("gold is not among scenarios [fund, insurance]")
                .hasMessageContaining("features.item: item depends on the item")
                .hasMessageContaining("tiers.bands: high must start above low (1), was 1");
    }

    @Test
    void impossibleAggregatesAreNamedAtOnce() throws IOException {
        String clicks = "aggregate: {function: count, of: clicks, over: 7 d}";
        String rate = "per: impressions, over: 7 d, same: scenario}";
        assertThat(example()).contains(clicks).contains(rate);
        String broken =
                example()
                        .replace("emit: staged", "emit: staged\n  freeze_requests: 0 s")
                        .replace(
                                clicks,
                                "aggregate: {function: count, of: clicks, over: 7 d, hop: 1 s,"
                                        + " users: all, smoothing: {rate: 0.1, weight: 5}}")
                        .replace(
                                rate,
                                "per: impressions, over: 7 d, same: scenario, scenario: gold}");

        assertThatThrownBy(() -> DeploymentReader.parse("broken.yaml", broken))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("6 problems")
                .hasMessageContaining("clicks_7d.aggregate.hop must be in [over / 400, over]")
                .hasMessageContaining("clicks_7d.aggregate.users: all users' events are counted by")
                .hasMessageContaining("clicks_7d.aggregate.smoothing belongs to function rate")
                .hasMessageContaining("ctr_here.aggregate.scenario is not among scenarios")
                .hasMessageContaining("ctr_here.aggregate: either scenario or same: scenario")
                .hasMessageContaining("timeline.freeze_requests must be > 0");
    }

    @Test
    void aHopIsARoundTimeWhereNoneIsNamed() throws IOException {
        assertThat(hop("7 d")).isEqualTo(Duration.ofHours(6));
        assertThat(hop("28 d")).isEqualTo(Duration.ofDays(1));
        assertThat(hop("1 h")).isEqualTo(Duration.ofMinutes(2));
        assertThat(hop("1 s")).isEqualTo(Duration.ofMillis(41));
    }

    private static Duration hop(String over) throws IOException {
        return DeploymentReader.parse(
                        "example",
                        example().replace("of: clicks, over: 7 d", "of: clicks, over: " + over))
                .sampleSchema()
                .dense()
                .get(1)
                .aggregate()
                .hop();
    }

    @Test
    void labelSetsAndCorrectionsAreReadAndChecked() throws IOException {
        String attribution = "attribution: {rule: last-click, scope: same-scenario, window: 3 d}";
        String sets =
                "label_sets: [{name: a, %1$s}, {name: b, redemptions: retract, %1$s}]"
                        .formatted(attribution);
        String corrected =
                example()
                        .replace(attribution, sets + "\n  corrections: {grace: 6 h}")
                        .replace("learner: {", "learner: {label_set: b, ")
                        .replace(
                                "  rejected: {",
                                "  corrections: {name: corrections, partitions: 2}\n  rejected: {");
        Deployment deployment = DeploymentReader.parse("sets", corrected);
        assertThat(deployment.timeline().labelSets())
                .extracting(LabelSetOptions::name, LabelSetOptions::redemptions)
                .containsExactly(
                        tuple("a", LabelSetOptions.Redemptions.IGNORE),
                        tuple("b", LabelSetOptions.Redemptions.RETRACT));
        assertThat(deployment.learnedLabelSet()).isEqualTo("b");
        assertThat(deployment.timeline().graceMs()).isEqualTo(6 * 3_600_000L);
        assertThat(deployment.topics().all()).hasSize(10);

        String broken =
                corrected
                        .replace("name: b", "name: a")
                        .replace("grace: 6 h", "grace: 0 h")
                        .replace("  corrections: {name: corrections, partitions: 2}\n", "");
        assertThatThrownBy(() -> DeploymentReader.parse("broken.yaml", broken))
                .hasMessageContaining("4 problems")
                .hasMessageContaining("timeline.label_sets: a is named twice")
                .hasMessageContaining("timeline.corrections.grace must be > 0")
                .hasMessageContaining("topics.corrections is given exactly when")
                .hasMessageContaining("learner.label_set: b is not among timeline.label_sets");
        assertThatThrownBy(
                        () ->
                                DeploymentReader.parse(
                                        "both",
                                        example()
                                                .replace(attribution, attribution + "\n  " + sets)))
                .hasMessageContaining("give either attribution, for one label set, or label_sets");
    }

    @Test
    void aMissingFileAndBrokenYamlAreErrorsWithAPlace() {
        assertThatThrownBy(() -> DeploymentReader.read(Path.of("nowhere.yaml")))
                .hasMessageContaining("nowhere.yaml")
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> DeploymentReader.parse("x.yaml", "a: [1\nb: 2"))
                .hasMessageContaining("x.yaml")
                .hasMessageContaining("line ");
    }

    @Test
    void theFingerprintFollowsWhatASampleHolds() throws IOException {
        long original = DeploymentReader.parse("a", example()).sampleSchema().fingerprint();
        long otherRows =
                DeploymentReader.parse("b", example().replace("rows: 50", "rows: 60"))
                        .sampleSchema()
                        .fingerprint();
        long otherFeature =
                DeploymentReader.parse("c", example().replace("attribute.age", "attribute.city"))
                        .sampleSchema()
                        .fingerprint();

        assertThat(otherRows).isEqualTo(original);
        assertThat(otherFeature).isNotEqualTo(original);
    }

    /** Samples and learner state of former builds carry it: it must never change. */
    @Test
    void theFingerprintIsThatOfFormerBuilds() throws IOException {
        String more =
                example()
                        .replace(
                                "features:\n",
                                """
                                features:
                                  - {name: a1, side: item, type: dense, aggregate: {function: rate, \
                                of: clicks, per: impressions, over: 7 d, same: item, users: all, \
                                smoothing: {rate: 0.05, weight: 100}}}
                                  - {name: a2, side: user, type: dense, aggregate: {function: sum, \
                                of: investments, over: 28 d, hop: 1 d, scenario: fund}}
                                """);
        assertThat(DeploymentReader.parse("a", example()).sampleSchema().fingerprintText())
                .isEqualTo("900d0b81e9ceed46");
        assertThat(DeploymentReader.parse("b", more).sampleSchema().fingerprintText())
                .isEqualTo("99eb3b2908c917c2");
    }

    @Test
    void secretsAreNotPrinted() {
        KafkaOptions kafka =
                new KafkaOptions(
                        "h:1", java.util.Map.of("sasl.jaas.config", "password=\"hidden\""));
        assertThat(kafka.toString()).contains("sasl.jaas.config").doesNotContain("hidden");
    }

    @Test
    void noMessageRepeatsWhatMayBeAPassword() throws IOException {
        for (String value :
                List.of("4242hidden: x", "@hidden", "!<hidden", "[hidden", "'hidden", "424242")) {
            String yaml =
                    example()
                            .replace(
                                    "kafka: {bootstrap: \"localhost:9092\"}",
                                    "kafka:\n  bootstrap: \"localhost:9092\"\n  properties:\n"
                                            + "    ssl.key.password: "
                                            + value);
            assertThatThrownBy(() -> DeploymentReader.parse("x", yaml))
                    .as(value)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageNotContainingAny("hidden", "4242");
        }
        assertThatThrownBy(() -> DeploymentReader.parse("x", "version: 1\n\tname: x"))
                .hasMessageContaining("not YAML: while scanning for the next token, found")
                .hasMessageContaining("(TAB)");
    }
}
