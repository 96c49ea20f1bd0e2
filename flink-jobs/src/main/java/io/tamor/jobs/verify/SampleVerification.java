package io.tamor.jobs.verify;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.TopicOptions;
import io.tamor.jobs.config.Topics;
import io.tamor.jobs.io.CommittedRecords;
import io.tamor.jobs.io.RejectedPayload;
import io.tamor.jobs.verify.logic.Difference;
import io.tamor.jobs.verify.logic.Evidence;
import io.tamor.jobs.verify.logic.FoundCorrection;
import io.tamor.jobs.verify.logic.FoundSample;
import io.tamor.jobs.verify.logic.Place;
import io.tamor.jobs.verify.logic.PlainEvent;
import io.tamor.jobs.verify.logic.Scope;
import io.tamor.jobs.verify.logic.Verification;
import io.tamor.schemas.Correction;
import io.tamor.schemas.RejectedRecord;
import io.tamor.schemas.Sample;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads a deployment's event topics, derives the samples and rejections again, and compares them
 * with what is committed. Memory: about {@value #BYTES_PER_RECORD} bytes for each record of the
 * share of users at hand; the topics are read once for each share, and there are as many as the
 * heap needs. Where features count the events of all users, they are read once more, and those
 * events are held, whatever the share, in about 500 bytes each.
 */
public final class SampleVerification {
    private static final byte[] EMPTY = {};

    /** On the heap, decoded, with what is derived of it. */
    static final long BYTES_PER_RECORD = 2_000;

    private final Deployment deployment;
    private final CommittedRecords topics;
    private final TimelineProgress progress;
    private final long budgetBytes;

    /** Up to where each topic is looked at. */
    private record Ends(
            Map<PlainEvent.Kind, Map<TopicPartition, Long>> events,
            Map<TopicPartition, Long> samples,
            Map<TopicPartition, Long> rejected,
            Map<TopicPartition, Long> corrections) {

        /** About how much there is to hold: beside each sample found there is the one derived. */
        long records() {
            return 2 * sum(samples) + events.values().stream().mapToLong(Ends::sum).sum();
        }

        private static long sum(Map<TopicPartition, Long> ends) {
            return ends.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /**
     * What of the output is to be verified.
     *
     * @param fromMs the period's first instant: of samples their maturity, of rejected events
     *     theirs
     * @param toMs the first instant after it
     * @param closed the streams have ended and every label is closed, as after a bounded run:
     *     everything is due, whatever the timeline's consumer group says
     */
    public record Request(long fromMs, long toMs, boolean closed) {
        /** All output of a bounded run. */
        public static final Request OF_A_BOUNDED_RUN = new Request(0, Long.MAX_VALUE, true);
    }

    /** Takes half of the heap for the users at hand. */
    public SampleVerification(Deployment deployment) {
        this(deployment, Runtime.getRuntime().maxMemory() / 2);
    }

    /**
     * @param budgetBytes room for the users at hand, which decides the number of shares
     */
    SampleVerification(Deployment deployment, long budgetBytes) {
        this.deployment = deployment;
        this.budgetBytes = budgetBytes;
        this.topics = new CommittedRecords(deployment.kafka());
        this.progress = new TimelineProgress(deployment);
    }

    /**
     * Verifies.
     *
     * @param differences takes each as it is found
     */
    public VerifiedSamples run(Request request, Consumer<Difference> differences) {
        // First what is certainly done, then how far the timeline has read: see docs/timeline.md.
        Map<TopicPartition, Long> done = topics.committedEnds(deployment.topics().samples());
        TopicOptions corrections = deployment.topics().corrections();
        Ends ends =
                new Ends(
                        request.closed() ? writtenEnds() : progress.readEnds(writtenEnds()),
                        topics.ends(deployment.topics().samples()),
                        topics.ends(deployment.topics().rejected()),
                        corrections == null ? Map.of() : topics.ends(corrections));
        long endMs = request.closed() ? Long.MAX_VALUE : newest(done) + 1;
        Scope scope = new Scope(request.fromMs(), Math.min(request.toMs(), endMs));
        Counting counting = new Counting(differences);
        Verification verification = new Verification(deployment, scope, counting);
        verify(verification, ends);
        return new VerifiedSamples(
                verification.sampleCount(),
                verification.lateCount(),
                verification.correctionCount(),
                counting.count,
                scope.toMs());
    }

    /** Share by share; features over all users need a reading of all shares before. */
    private void verify(Verification verification, Ends ends) {
        int shares = (int) (ends.records() * BYTES_PER_RECORD / budgetBytes) + 1;
        if (shares == 1 || !verification.countsAllUsers()) {
            for (int number = 0; number < shares; number++) {
                verification.verify(evidence(ends, share(number, shares)));
            }
            return;
        }
        List<PlainEvent> counted = new ArrayList<>();
        for (int number = 0; number < shares; number++) {
            counted.addAll(verification.counted(evidence(ends, share(number, shares))));
        }
        for (int number = 0; number < shares; number++) {
            verification.verify(evidence(ends, share(number, shares)), counted);
        }
    }

    private static Evidence.Share share(int number, int shares) {
        return user -> Math.floorMod(RejectedPayload.key(user).hashCode(), shares) == number;
    }

    private static final class Counting implements Consumer<Difference> {
        private final Consumer<Difference> next;
        private long count;

        Counting(Consumer<Difference> next) {
            this.next = next;
        }

        @Override
        public void accept(Difference difference) {
            count++;
            next.accept(difference);
        }
    }

    private Map<PlainEvent.Kind, Map<TopicPartition, Long>> writtenEnds() {
        Map<PlainEvent.Kind, Map<TopicPartition, Long>> ends = new EnumMap<>(PlainEvent.Kind.class);
        for (PlainEvent.Kind kind : PlainEvent.Kind.values()) {
            ends.put(kind, topics.ends(topic(deployment.topics(), kind)));
        }
        return ends;
    }

    static TopicOptions topic(Topics topics, PlainEvent.Kind kind) {
        return switch (kind) {
            case IMPRESSION -> topics.impressions();
            case CLICK -> topics.clicks();
            case CONVERSION -> topics.conversions();
            case INVESTMENT -> topics.investments();
        };
    }

    /** Maturity of the newest sample before the ends; 0 where there is none. */
    private long newest(Map<TopicPartition, Long> ends) {
        long[] newest = {0};
        topics.decoded(
                ends,
                Sample.class,
                (record, sample) -> newest[0] = Math.max(newest[0], sample.getMaturedAtMs()));
        return newest[0];
    }

    private Evidence evidence(Ends ends, Evidence.Share share) {
        Evidence evidence = new Evidence();
        ends.events()
                .forEach(
                        (kind, until) ->
                                topics.forEach(
                                        until,
                                        record ->
                                                evidence.event(
                                                        kind,
                                                        place(record),
                                                        record.timestamp(),
                                                        CommittedRecords.value(record),
                                                        share)));
        topics.decoded(
                ends.samples(),
                Sample.class,
                (record, sample) -> {
                    if (share.has(sample.getUserId())) {
                        evidence.sample(new FoundSample(sample, place(record)));
                    }
                });
        topics.decoded(
                ends.rejected(),
                RejectedRecord.class,
                (record, rejected) -> {
                    // Without a key: of a record that names no user.
                    byte[] key = record.key() == null ? EMPTY : record.key();
                    if (share.has(new String(key, StandardCharsets.UTF_8))) {
                        Long timeMs = rejected.getEventTimeMs();
                        evidence.rejected(
                                new Place(
                                        rejected.getTopic(),
                                        rejected.getPartition(),
                                        rejected.getOffset()),
                                rejected.getCause(),
                                rejected.getDetail(),
                                timeMs == null ? record.timestamp() : timeMs);
                    }
                });
        topics.decoded(
                ends.corrections(),
                Correction.class,
                (record, correction) -> {
                    Place outcome = outcome(correction);
                    if (share.has(correction.getUserId()) && isRead(outcome, ends.events())) {
                        evidence.correction(
                                new FoundCorrection(correction, outcome, place(record)));
                    }
                });
        return evidence;
    }

    /** Where the late outcome of a correction is; nowhere in those of version 1. */
    private Place outcome(Correction correction) {
        for (PlainEvent.Kind kind : PlainEvent.Kind.values()) {
            if (kind.stream().equals(correction.getOutcomeStream())) {
                return new Place(
                        topic(deployment.topics(), kind).name(),
                        correction.getOutcomePartition(),
                        correction.getOutcomeOffset());
            }
        }
        return new Place("", correction.getOutcomePartition(), correction.getOutcomeOffset());
    }

    /** False of an outcome behind the ends up to which events are looked at. */
    private static boolean isRead(
            Place outcome, Map<PlainEvent.Kind, Map<TopicPartition, Long>> ends) {
        TopicPartition partition = new TopicPartition(outcome.topic(), outcome.partition());
        return ends.values().stream()
                .map(until -> until.get(partition))
                .allMatch(end -> end == null || outcome.offset() < end);
    }

    private static Place place(ConsumerRecord<byte[], byte[]> record) {
        return new Place(record.topic(), record.partition(), record.offset());
    }
}
