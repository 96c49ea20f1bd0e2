package io.tamor.jobs.verify;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.io.BrokerUnavailableException;
import io.tamor.jobs.timeline.TimelineJob;
import io.tamor.jobs.verify.logic.PlainEvent;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** How far the timeline has read, by the offsets that it commits with each checkpoint. */
final class TimelineProgress {
    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(5);
    private static final long LOOK_EVERY_MS = 100;

    private final Deployment deployment;

    TimelineProgress(Deployment deployment) {
        this.deployment = deployment;
    }

    /**
     * Where the timeline's reading ends. A running timeline commits its offsets a moment after the
     * samples of the same checkpoint, so this waits until it has passed the given ends, or until it
     * has not moved for three checkpoint intervals: then it has stopped and stands where it says.
     */
    Map<PlainEvent.Kind, Map<TopicPartition, Long>> readEnds(
            Map<PlainEvent.Kind, Map<TopicPartition, Long>> written) {
        Duration intervals = deployment.flink().checkpointInterval().multipliedBy(3);
        long patienceNs =
                (intervals.compareTo(LEAST_PATIENCE) > 0 ? intervals : LEAST_PATIENCE).toNanos();
        try (Admin admin = Admin.create(deployment.kafka().clientProperties())) {
            Map<TopicPartition, Long> read = offsets(admin);
            long movedNs = System.nanoTime();
            while (!passed(read, written) && System.nanoTime() - movedNs < patienceNs) {
                Thread.sleep(LOOK_EVERY_MS);
                Map<TopicPartition, Long> now = offsets(admin);
                if (!now.equals(read)) {
                    read = now;
                    movedNs = System.nanoTime();
                }
            }
            return bounded(written, read);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BrokerUnavailableException("interrupted while reading offsets", e);
        }
    }

    private Map<TopicPartition, Long> offsets(Admin admin) throws InterruptedException {
        String group = TimelineJob.group(deployment);
        Map<TopicPartition, Long> offsets = new HashMap<>();
        try {
            Map<TopicPartition, OffsetAndMetadata> committed =
                    admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
            committed.forEach(
                    (partition, offset) -> {
                        if (offset != null) {
                            offsets.put(partition, offset.offset());
                        }
                    });
            return offsets;
        } catch (ExecutionException e) {
            throw new BrokerUnavailableException(
                    "cannot read the offsets of the consumer group "
                            + group
                            + " at "
                            + deployment.kafka().bootstrap()
                            + " ("
                            + e.getMessage()
                            + "); is the broker running, and may this user describe the group?",
                    e);
        }
    }

    private static boolean passed(
            Map<TopicPartition, Long> read,
            Map<PlainEvent.Kind, Map<TopicPartition, Long>> written) {
        return written.values().stream()
                .flatMap(ends -> ends.entrySet().stream())
                .allMatch(end -> read.getOrDefault(end.getKey(), 0L) >= end.getValue());
    }

    private static Map<PlainEvent.Kind, Map<TopicPartition, Long>> bounded(
            Map<PlainEvent.Kind, Map<TopicPartition, Long>> written,
            Map<TopicPartition, Long> read) {
        Map<PlainEvent.Kind, Map<TopicPartition, Long>> bounded =
                new EnumMap<>(PlainEvent.Kind.class);
        written.forEach(
                (kind, ends) -> {
                    Map<TopicPartition, Long> until = new HashMap<>();
                    ends.keySet().forEach(p -> until.put(p, read.getOrDefault(p, 0L)));
                    bounded.put(kind, until);
                });
        return bounded;
    }
}
