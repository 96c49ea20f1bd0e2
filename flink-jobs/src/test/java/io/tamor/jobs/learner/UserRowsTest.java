package io.tamor.jobs.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.TestingSamples;
import io.tamor.jobs.learner.logic.UserRow;
import io.tamor.jobs.learner.logic.UserRowStore.Place;
import io.tamor.schemas.Sample;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Places of users are found while the step before is on its way, and renewed when it is over. */
class UserRowsTest {
    @TempDir Path folder;
    private TestingLearner learner;
    private UserRows rows;
    private List<Sample> samples;
    private List<String> users;
    private long lastMs;

    @BeforeEach
    void learn() throws Exception {
        Deployment deployment = TestingSamples.deployment(folder, 16);
        samples = TestingSamples.generate(deployment, 64, 3);
        learner = new TestingLearner(deployment, new EmbeddedRocksDBStateBackend(false), false);
        for (Sample sample : samples) {
            learner.take(sample);
        }
        lastMs = samples.get(samples.size() - 1).getMaturedAtMs();
        learner.watermark(lastMs);
        rows = learner.rows();
        users = samples.stream().limit(16).map(Sample::getUserId).distinct().toList();
    }

    @AfterEach
    void close() throws Exception {
        learner.close();
    }

    @Test
    void whatIsStillInMemoryIsNotFoundAnew() throws Exception {
        Place found = rows.find(users.get(0));
        assertThat(theRow(found).admitted()).isTrue();
        assertThat(rows.renew(found)).isSameAs(found);
    }

    @Test
    void aRowThatMadeRoomForOthersIsFoundAnewAsItWasSaved() throws Exception {
        Place found = rows.find(users.get(0));
        saveFirstValue(found, 42);
        rows.holdAtMost(2);
        for (String other : users.subList(1, 6)) {
            saveFirstValue(rows.find(other), 1);
        }
        Place renewed = rows.renew(found);
        assertThat(renewed).isNotSameAs(found);
        assertThat(theRow(renewed).values[0]).isEqualTo(42);
    }

    @Test
    void rowsThatMadeRoomAreNotHeldOnToUntilTheNextCheckpoint() throws Exception {
        rows.holdAtMost(2);
        for (int round = 0; round < 20; round++) {
            for (String user : users) {
                saveFirstValue(rows.find(user), round);
                assertThat(rows.heldToWrite()).isLessThanOrEqualTo(4);
            }
        }
        rows.flush();
        assertThat(rows.heldToWrite()).isZero();
        for (String user : users) {
            assertThat(theRow(rows.find(user)).values[0]).isEqualTo(19);
        }
    }

    @Test
    void aUserWhoseFirstRowWasSavedSinceIsFoundAnew() throws Exception {
        Place first = rows.find("new");
        Place second = rows.find("new");
        assertThat(second.row).isNull();
        first.row = theRow(rows.find(users.get(0)));
        rows.save(first);
        assertThat(rows.renew(second)).isSameAs(first);
    }

    @Test
    void rowsThatWereReturnedAreFoundAnew() throws Exception {
        learner.checkpoint();
        Place found = rows.find(users.get(0));
        rows.returnTo(learner.version());
        Place renewed = rows.renew(found);
        assertThat(renewed).isNotSameAs(found).isSameAs(rows.find(users.get(0)));
    }

    @Test
    void aRowThatExpiredIsNotFoundAnyMore() throws Exception {
        Place found = rows.find(users.get(0));
        long laterMs = lastMs + Duration.ofDays(400).toMillis();
        learner.take(
                Sample.newBuilder(samples.get(0))
                        .setUserId("another")
                        .setMaturedAtMs(laterMs)
                        .build());
        learner.watermark(laterMs);
        assertThat(rows.renew(found).row).isNull();
    }

    private void saveFirstValue(Place place, float value) throws Exception {
        theRow(place).values[0] = value;
        rows.save(place);
    }

    private static UserRow theRow(Place place) {
        return Objects.requireNonNull(place.row);
    }
}
