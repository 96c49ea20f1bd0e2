package io.tamor.jobs.learner.logic;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.schemas.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingQueueTest {
    private static final long HOUR_MS = 3_600_000;
    private static final int BATCH = 7;

    @TempDir Path folder;
    private List<Sample> samples;
    private SampleReader reader;

    @BeforeEach
    void generate() {
        Deployment deployment = TestingSamples.deployment(folder, BATCH);
        samples = TestingSamples.generate(deployment, 200, 1);
        reader = new SampleReader(deployment);
    }

    @Test
    void theBatchesDoNotDependOnTheOrderOfArrivalOrOnTheWatermarksSteps() throws Exception {
        List<List<String>> inOrder = run(samples, 1);
        for (long seed = 2; seed < 12; seed++) {
            List<Sample> shuffled = new ArrayList<>(samples);
            Collections.shuffle(shuffled, new Random(seed));
            assertThat(run(shuffled, seed)).as("seed %d", seed).isEqualTo(inOrder);
        }
        assertThat(inOrder.stream().mapToInt(List::size).sum()).isEqualTo(samples.size());
        assertThat(inOrder).allMatch(batch -> batch.size() <= BATCH);
    }

    @Test
    void aPartialBatchIsCutBeforeASampleThatMaturedTooLongAfterItsFirst() throws Exception {
        TrainingQueue queue = new TrainingQueue(BATCH, HOUR_MS);
        List<List<String>> trained = new ArrayList<>();
        for (long minutes : new long[] {0, 60, 61}) {
            queue.offer(at(TestingSamples.START_MS + minutes * 60_000), collect(trained));
        }
        queue.advance(Long.MAX_VALUE, collect(trained));
        assertThat(trained).hasSize(1);
        assertThat(trained.get(0)).hasSize(2);
        assertThat(queue.size()).isEqualTo(1);
        queue.drain(collect(trained));
        assertThat(trained).hasSize(2);
        assertThat(queue.size()).isZero();
    }

    @Test
    void aSampleBehindTheWatermarkJoinsAtOnceAndSaysSo() throws Exception {
        TrainingQueue queue = new TrainingQueue(BATCH, HOUR_MS);
        List<List<String>> trained = new ArrayList<>();
        queue.advance(TestingSamples.START_MS, collect(trained));
        assertThat(queue.offer(at(TestingSamples.START_MS + 1), collect(trained))).isFalse();
        assertThat(queue.offer(at(TestingSamples.START_MS), collect(trained))).isTrue();
        queue.drain(collect(trained));
        assertThat(trained.get(0))
                .containsExactly(
                        "m" + TestingSamples.START_MS, "m" + (TestingSamples.START_MS + 1));
    }

    @Test
    void aQueueRestoredAtAnyPointCutsTheSameBatches() throws Exception {
        List<List<String>> undisturbed = run(samples, 1);
        for (int stop = 0; stop < samples.size(); stop += 13) {
            List<List<String>> trained = new ArrayList<>();
            TrainingQueue queue = new TrainingQueue(BATCH, HOUR_MS);
            for (int i = 0; i < samples.size(); i++) {
                if (i == stop) {
                    List<Untrained> stored = new ArrayList<>();
                    queue.forEach(
                            (sample, place) ->
                                    stored.add(
                                            Untrained.decode(
                                                    reader, Untrained.encode(sample, place))));
                    Collections.shuffle(stored, new Random(stop));
                    TrainingQueue next = new TrainingQueue(BATCH, HOUR_MS);
                    next.restore(stored, queue.passedMs());
                    queue = next;
                }
                queue.offer(queued(samples.get(i)), collect(trained));
                queue.advance(samples.get(i).getMaturedAtMs() - 1, collect(trained));
            }
            queue.drain(collect(trained));
            assertThat(trained).as("stopped at %d", stop).isEqualTo(undisturbed);
        }
    }

    @Test
    void noMoreSamplesJoinThanAreAllowedAndTheOthersKeepTheirOrder() throws Exception {
        List<List<String>> undisturbed = run(samples, 1);
        for (int share : new int[] {1, 5, BATCH, 40}) {
            TrainingQueue queue = new TrainingQueue(BATCH, HOUR_MS);
            List<List<String>> trained = new ArrayList<>();
            queue.allow(share);
            for (Sample sample : samples) {
                queue.offer(queued(sample), collect(trained));
            }
            queue.advance(Long.MAX_VALUE - 1, collect(trained));
            int joined = share;
            while (queue.isDue()) {
                int inBatches = trained.stream().mapToInt(List::size).sum();
                assertThat(samples.size() - queue.size()).isEqualTo(inBatches);
                assertThat(inBatches).isLessThanOrEqualTo(joined).isGreaterThan(joined - BATCH);
                queue.allow(share);
                queue.joinDue(collect(trained));
                joined = Math.min(joined + share, samples.size());
            }
            queue.drain(collect(trained));
            assertThat(trained).as("share of %d", share).isEqualTo(undisturbed);
        }
    }

    @Test
    void aLateSampleThatMayNotJoinTakesItsPlaceAmongThoseThatAreDue() throws Exception {
        TrainingQueue queue = new TrainingQueue(BATCH, HOUR_MS);
        List<List<String>> trained = new ArrayList<>();
        queue.allow(0);
        queue.offer(at(TestingSamples.START_MS + 1), collect(trained));
        queue.advance(TestingSamples.START_MS + 1, collect(trained));
        assertThat(queue.isDue()).isTrue();
        assertThat(queue.offer(at(TestingSamples.START_MS), collect(trained))).isTrue();
        queue.allow(2);
        queue.joinDue(collect(trained));
        assertThat(queue.isDue()).isFalse();
        queue.drain(collect(trained));
        assertThat(trained.get(0))
                .containsExactly(
                        "m" + TestingSamples.START_MS, "m" + (TestingSamples.START_MS + 1));
    }

    @Test
    void theFirstUntrainedSampleIsThatOfTheBatchOrAnEarlierOneHeldBack() throws Exception {
        TrainingQueue queue = new TrainingQueue(4, HOUR_MS);
        List<List<String>> trained = new ArrayList<>();
        assertThat(queue.firstMaturedMs()).isEqualTo(Long.MAX_VALUE);
        queue.offer(at(TestingSamples.START_MS + 5), collect(trained));
        queue.offer(at(TestingSamples.START_MS + 9), collect(trained));
        assertThat(queue.firstMaturedMs()).isEqualTo(TestingSamples.START_MS + 5);
        queue.advance(TestingSamples.START_MS + 5, collect(trained));
        assertThat(queue.firstMaturedMs()).isEqualTo(TestingSamples.START_MS + 5);
        queue.allow(0);
        queue.offer(at(TestingSamples.START_MS), collect(trained));
        assertThat(queue.firstMaturedMs()).isEqualTo(TestingSamples.START_MS);
        queue.drain(collect(trained));
        assertThat(queue.firstMaturedMs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void readingGoesOnBehindWhatIsTrainedHoweverFarTheTopicHasBeenRead() throws Exception {
        for (int readAhead = 0; readAhead < 5; readAhead++) {
            TrainingQueue queue = new TrainingQueue(2, HOUR_MS);
            Map<String, Long> next = new HashMap<>();
            TrainingQueue.Step step =
                    batch ->
                            batch.forEach(
                                    s -> next.merge(s.partition(), s.offset() + 1, Math::max));
            // Maturity and offset are in different orders: offset 1 matures last.
            long[] maturities = {0, 9, 1, 2, 3, 20, 21, 22, 23};
            for (int offset = 0; offset < 5 + readAhead - 1; offset++) {
                Sample sample = maturingAt(TestingSamples.START_MS + maturities[offset]);
                queue.offer(reader.of(sample, "samples-0", offset), step);
            }
            queue.offer(reader.of(maturingAt(Long.MAX_VALUE), "samples-1", 7), step);
            queue.advance(TestingSamples.START_MS + 3, step);
            assertThat(next).containsExactly(Map.entry("samples-0", readAhead == 0 ? 3L : 5L));
            assertThat(queue.resumeAt(next)).containsExactly(Map.entry("samples-0", 1L));
        }
    }

    @Test
    void aStepThatEndsWithTheNextOneLeavesTheSameBehindAsOneThatEndsAtOnce() throws Exception {
        Random random = new Random(5);
        for (int run = 0; run < 50; run++) {
            TrainingQueue queue = new TrainingQueue(3, 10);
            Lagging step = new Lagging(queue, run % 2 == 0);
            List<Long> maturities = new ArrayList<>();
            for (int offset = 0; offset < 20; offset++) {
                maturities.add(TestingSamples.START_MS + random.nextInt(60));
                Sample sample = maturingAt(maturities.get(offset));
                queue.offer(reader.of(sample, "samples-0", offset), step);
            }
            for (int passed = random.nextInt(20); passed < 60; passed += 1 + random.nextInt(30)) {
                queue.advance(TestingSamples.START_MS + passed, step);
                assertThat(step.goesOn || step.running.isEmpty()).isTrue();
            }
            queue.drain(step);
            assertThat(step.trained.stream().flatMap(List::stream)).hasSize(20);
            Set<Long> untrained = new TreeSet<>(LongStream.range(0, 20).boxed().toList());
            for (int i = 0; i < step.trained.size(); i++) {
                untrained.removeAll(step.trained.get(i));
                long next = i == 0 ? 0 : step.next.get(i - 1);
                next = Math.max(next, Collections.max(step.trained.get(i)) + 1);
                step.next.add(next);
                long resume = untrained.isEmpty() ? next : Collections.min(untrained);
                assertThat(step.resumed.get(i)).isEqualTo(Math.min(next, resume));
            }
        }
    }

    /** Ends a step with the next one, and then asks where reading would go on. */
    private static final class Lagging implements TrainingQueue.Step {
        private final TrainingQueue queue;
        private final boolean goesOn;
        private final Map<String, Long> after = new HashMap<>();
        private final List<List<Long>> trained = new ArrayList<>();
        private final List<Long> resumed = new ArrayList<>();
        private final List<Long> next = new ArrayList<>();
        private List<QueuedSample> running = List.of();

        Lagging(TrainingQueue queue, boolean goesOn) {
            this.queue = queue;
            this.goesOn = goesOn;
        }

        @Override
        public void train(List<QueuedSample> batch) throws Exception {
            settle();
            running = batch;
        }

        @Override
        public void rest() throws Exception {
            if (!goesOn) {
                settle();
            }
        }

        @Override
        public void settle() throws Exception {
            if (running.isEmpty()) {
                return;
            }
            running.forEach(s -> after.merge(s.partition(), s.offset() + 1, Math::max));
            trained.add(running.stream().map(QueuedSample::offset).toList());
            running = List.of();
            resumed.add(queue.resumeAt(after).get("samples-0"));
        }
    }

    private QueuedSample at(long maturedMs) {
        return queued(maturingAt(maturedMs));
    }

    private Sample maturingAt(long maturedMs) {
        return Sample.newBuilder(samples.get(0))
                .setImpressionId("m" + maturedMs)
                .setMaturedAtMs(maturedMs)
                .build();
    }

    private QueuedSample queued(Sample sample) {
        return reader.of(sample, "", 0);
    }

    private List<List<String>> run(List<Sample> arriving, long seed) throws Exception {
        Random random = new Random(seed);
        TrainingQueue queue = new TrainingQueue(BATCH, HOUR_MS);
        List<List<String>> trained = new ArrayList<>();
        for (int i = 0; i < arriving.size(); i++) {
            queue.offer(queued(arriving.get(i)), collect(trained));
            long earliestToCome = Long.MAX_VALUE;
            for (Sample later : arriving.subList(i + 1, arriving.size())) {
                earliestToCome = Math.min(earliestToCome, later.getMaturedAtMs());
            }
            if (random.nextInt(3) == 0) {
                queue.advance(earliestToCome - 1, collect(trained));
            }
        }
        queue.drain(collect(trained));
        return trained;
    }

    private static TrainingQueue.Step collect(List<List<String>> trained) {
        return batch -> trained.add(batch.stream().map(s -> s.view().impressionId()).toList());
    }
}
