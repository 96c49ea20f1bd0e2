package io.tamor.quickstart.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.config.TopicOptions;
import io.tamor.jobs.io.KafkaTopics;
import io.tamor.jobs.timeline.TimelineJob;
import io.tamor.quickstart.broker.EmbeddedBroker;
import io.tamor.quickstart.feed.StreamRole;
import io.tamor.quickstart.simulator.WealthApp;
import io.tamor.schemas.Sample;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Deployments of the simulated app that run live in tests, and events at their pace. */
final class TestingLive {
    private static final Duration PACE = Duration.ofMillis(50);
    private static final int MOST_UNREAD_STEPS = 5;
    private static final Duration DISORDER = TestingFeed.STEP.multipliedBy(MOST_UNREAD_STEPS + 1);

    /** More partitions than users leave some of them empty for ever. */
    private static final int SAMPLES_PARTITIONS = 64;

    private TestingLive() {}

    static Deployment deployment(EmbeddedBroker broker, Path folder, String name, String outage) {
        Path own = folder.resolve(name);
        String yaml = WealthApp.deployment();
        for (Map.Entry<String, String> change :
                Map.ofEntries(
                                Map.entry("name: wealth_app", "name: " + name),
                                Map.entry("localhost:9092", broker.bootstrap()),
                                Map.entry("name: impressions, partitions: 2", topic(name, 0, 3)),
                                Map.entry("name: clicks, partitions: 2", topic(name, 1, 2)),
                                Map.entry("name: conversions, partitions: 2", topic(name, 2, 3)),
                                Map.entry("name: investments, partitions: 2", topic(name, 3, 3)),
                                Map.entry(
                                        "name: samples, partitions: 2",
                                        topic(name, 4, SAMPLES_PARTITIONS)),
                                Map.entry("name: rejected,", "name: " + name + "-rejected,"),
                                Map.entry("disorder: 10 min", "disorder: " + hours(DISORDER)),
                                Map.entry("idle: 2 s, outage: 1 h", "idle: 2 s, outage: " + outage),
                                Map.entry("every: 3 d, keep: 20", "every: 1 d, keep: 1000"),
                                Map.entry(
                                        "checkpoint_interval: 3 s", "checkpoint_interval: 500 ms"),
                                Map.entry("file:///tmp/tamor/", "file://" + own + "/"))
                        .entrySet()) {
            assertThat(yaml).contains(change.getKey());
            yaml = yaml.replace(change.getKey(), change.getValue());
        }
        return DeploymentReader.parse(name + ".yaml", yaml);
    }

    private static String hours(Duration duration) {
        return duration.toHours() + " h";
    }

    private static String topic(String deployment, int role, int partitions) {
        String[] roles = {"impressions", "clicks", "conversions", "investments", "samples"};
        return "name: " + deployment + "-" + roles[role] + ", partitions: " + partitions;
    }

    static void createTopics(Deployment deployment) {
        try (KafkaTopics topics = new KafkaTopics(deployment.kafka())) {
            topics.createMissing(deployment);
        }
    }

    /**
     * Sends steps while the timeline runs, never more ahead of what it has read than the disorder
     * allows: event time runs a million times too fast here, and a partition that is slow or comes
     * back late must not find its events late.
     */
    static void feedLive(int steps, Admin admin, TestingFeed feed, TestingTopic<Sample> samples)
            throws Exception {
        while (feed.sentSteps() < steps) {
            samples.until("all sent is read", () -> eventsAreRead(admin, feed.deployment()));
            feedTo(Math.min(steps, feed.sentSteps() + MOST_UNREAD_STEPS), feed, samples);
        }
    }

    static void feedTo(int steps, TestingFeed feed, TestingTopic<Sample> samples) throws Exception {
        while (feed.sentSteps() < steps) {
            feed.sendStep();
            samples.poll(PACE);
        }
    }

    /** The samples that the watermark closes when so many steps are in. */
    static List<Sample> maturedBy(int steps, List<Sample> samples) {
        long watermarkMs = TestingFeed.endMs(steps) - DISORDER.toMillis() - 1;
        return samples.stream().filter(s -> s.getMaturedAtMs() <= watermarkMs).toList();
    }

    /** What one side has and the other lacks, in a few words; a sample's whole text is compared. */
    static List<String> differences(List<Sample> found, List<Sample> wanted) {
        List<String> differences = new ArrayList<>();
        describe("unexpected", minus(found, wanted), differences);
        describe("missing", minus(wanted, found), differences);
        return differences;
    }

    private static List<Sample> minus(List<Sample> from, List<Sample> what) {
        Map<Sample, Integer> left = new HashMap<>();
        what.forEach(sample -> left.merge(sample, 1, Integer::sum));
        return from.stream().filter(s -> left.merge(s, -1, Integer::sum) < 0).toList();
    }

    private static void describe(String how, List<Sample> samples, List<String> into) {
        for (Sample s : samples.subList(0, Math.min(10, samples.size()))) {
            into.add(
                    String.format(
                            "%s, one of %d: %s stage %d shown %d mature %d tier %s labels %s %s",
                            how,
                            samples.size(),
                            s.getImpressionId(),
                            s.getStage(),
                            s.getImpressionTimeMs(),
                            s.getMaturedAtMs(),
                            s.getTier(),
                            s.getLabels(),
                            s.getMasks()));
        }
    }

    /** Whether a checkpoint of the timeline covers all events. */
    static boolean eventsAreRead(Admin admin, Deployment deployment) throws Exception {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        for (StreamRole stream : StreamRole.values()) {
            TopicOptions topic = stream.topic(deployment.topics());
            for (int partition = 0; partition < topic.partitions(); partition++) {
                asked.put(new TopicPartition(topic.name(), partition), OffsetSpec.latest());
            }
        }
        Map<TopicPartition, Long> ends = new HashMap<>();
        admin.listOffsets(asked).all().get().forEach((p, end) -> ends.put(p, end.offset()));
        return isRead(admin, TimelineJob.group(deployment), ends);
    }

    static boolean isRead(Admin admin, String group, Map<TopicPartition, Long> ends)
            throws Exception {
        Map<TopicPartition, OffsetAndMetadata> read =
                admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
        return ends.entrySet().stream()
                .filter(end -> end.getValue() > 0)
                .allMatch(
                        end -> {
                            OffsetAndMetadata found = read.get(end.getKey());
                            return found != null && found.offset() >= end.getValue();
                        });
    }
}
