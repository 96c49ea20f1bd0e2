package io.tamor.jobs.io;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.KafkaOptions;
import io.tamor.jobs.config.Problems;
import io.tamor.jobs.config.TopicOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates and checks a deployment's topics, before a job starts and fails far from the cause. */
public final class KafkaTopics implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaTopics.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    private final KafkaOptions kafka;
    private final Admin admin;

    public KafkaTopics(KafkaOptions kafka) {
        this.kafka = kafka;
        Properties properties = kafka.clientProperties();
        // The client's own default waits a minute, too long for someone who mistyped an address.
        properties.putIfAbsent(
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, Long.toString(TIMEOUT.toMillis() / 3));
        properties.putIfAbsent(
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Long.toString(TIMEOUT.toMillis()));
        try {
            this.admin = Admin.create(properties);
        } catch (KafkaException e) {
            throw new BrokerUnavailableException(
                    "kafka.bootstrap "
                            + kafka.bootstrap()
                            + " is not usable: "
                            + rootMessage(e)
                            + "; check the address and kafka.properties",
                    e);
        }
    }

    /**
     * Creates the topics that do not exist yet, with partitions, retention by event time and
     * compaction as configured.
     *
     * @return the names of those created
     */
    public List<String> createMissing(Deployment deployment) {
        Map<String, TopicDescription> existing = describe(deployment);
        List<NewTopic> missing = new ArrayList<>();
        for (TopicOptions topic : deployment.topics().all()) {
            if (!existing.containsKey(topic.name())) {
                missing.add(
                        new NewTopic(topic.name(), topic.partitions(), (short) -1)
                                .configs(settings(topic)));
            }
        }
        await(admin.createTopics(missing).all(), "create topics");
        return missing.stream().map(NewTopic::name).toList();
    }

    /** Every way in which the topics differ from the configuration; empty where they agree. */
    public List<String> problems(Deployment deployment) {
        Map<String, TopicDescription> existing = describe(deployment);
        Problems problems = new Problems();
        for (TopicOptions topic : deployment.topics().all()) {
            TopicDescription found = existing.get(topic.name());
            if (found == null) {
                problems.add(
                        "topic "
                                + topic.name()
                                + " does not exist on "
                                + kafka.bootstrap()
                                + "; run: tamor topics create --config FILE");
            } else {
                problems.require(
                        found.partitions().size() == topic.partitions(),
                        "topic %s has %d partitions, the configuration says %d",
                        topic.name(),
                        found.partitions().size(),
                        topic.partitions());
            }
        }
        TopicOptions samples = deployment.topics().samples();
        Config found = existing.containsKey(samples.name()) ? settingsOf(samples) : null;
        if (found != null) {
            check(samples, found, problems);
        }
        return problems.found();
    }

    /** What would change results: whatever else is set is the operator's choice. */
    private static void check(TopicOptions topic, Config found, Problems problems) {
        Map<String, String> wanted = settings(topic);
        for (String key :
                List.of(
                        TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
                        TopicConfig.CLEANUP_POLICY_CONFIG)) {
            ConfigEntry entry = found.get(key);
            problems.require(
                    entry == null || Objects.equals(entry.value(), wanted.get(key)),
                    "topic %s has %s=%s, wanted %s; set it with kafka-configs",
                    topic.name(),
                    key,
                    String.valueOf(entry == null ? null : entry.value()),
                    String.valueOf(wanted.get(key)));
        }
    }

    /** A topic's settings; null where the broker does not let this client see them. */
    private @Nullable Config settingsOf(TopicOptions topic) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
        try {
            return await(
                            admin.describeConfigs(List.of(resource)).all(),
                            "describe topic " + topic.name())
                    .get(resource);
        } catch (BrokerUnavailableException e) {
            if (!(e.getCause() instanceof ExecutionException refused)
                    || !(refused.getCause() instanceof AuthorizationException)) {
                throw e;
            }
            LOG.warn(
                    "Topic {}: timestamp type and cleanup policy are not checked: {}",
                    topic.name(),
                    rootMessage(e));
            return null;
        }
    }

    private Map<String, TopicDescription> describe(Deployment deployment) {
        var names = await(admin.listTopics().names(), "list topics");
        List<String> wanted =
                deployment.topics().all().stream()
                        .map(TopicOptions::name)
                        .filter(names::contains)
                        .toList();
        return await(admin.describeTopics(wanted).allTopicNames(), "describe topics");
    }

    private static Map<String, String> settings(TopicOptions topic) {
        Map<String, String> settings = new HashMap<>();
        // Whatever the broker's default: a record's timestamp is its event time.
        settings.put(
                TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, TimestampType.CREATE_TIME.toString());
        // Retention goes by event time, so a stream of the past would vanish under a broker's
        // default.
        Duration retention = topic.retention();
        // Timestamps are event times: a label that closes with its stream is due after now, and one
        // such record must not stop the job.
        settings.put(
                TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, Long.toString(Long.MAX_VALUE));
        settings.put(
                TopicConfig.RETENTION_MS_CONFIG,
                retention == null ? "-1" : Long.toString(retention.toMillis()));
        settings.put(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                topic.compacted()
                        ? TopicConfig.CLEANUP_POLICY_COMPACT
                        : TopicConfig.CLEANUP_POLICY_DELETE);
        return settings;
    }

    private <T> T await(KafkaFuture<T> future, String what) {
        try {
            return future.get(TIMEOUT.toMillis() + 1_000, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new BrokerUnavailableException(
                    "cannot "
                            + what
                            + ": no usable answer from the Kafka broker at "
                            + kafka.bootstrap()
                            + " ("
                            + rootMessage(e)
                            + "); is it running, and are kafka.bootstrap and kafka.properties right?",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BrokerUnavailableException("interrupted while waiting to " + what, e);
        }
    }

    private static String rootMessage(Throwable error) {
        Throwable root = error;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(5));
    }
}
