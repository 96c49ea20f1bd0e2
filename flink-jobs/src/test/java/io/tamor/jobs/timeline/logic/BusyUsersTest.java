package io.tamor.jobs.timeline.logic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The busiest user among many, in little memory. */
final class BusyUsersTest {
    @Test
    void theBusiestIsFoundAmongAHundredThousandAndItsShareIsRightToASixtyFourth() {
        BusyUsers users = new BusyUsers();
        Random random = new Random(1);
        for (int i = 0; i < 100_000; i++) {
            users.add(random.nextInt(10) == 0 ? "hot" : "user-" + i);
        }
        BusyUsers.Busiest busiest = users.take();
        assertThat(busiest.userHash()).isEqualTo(IdHash.of("hot"));
        assertThat(busiest.share()).isBetween(0.1 - 1 / 64.0 - 0.005, 0.105);
    }

    @Test
    void fewUsersAreCountedExactlyAndAnIntervalForgetsTheLast() {
        BusyUsers users = new BusyUsers();
        for (int i = 0; i < 8; i++) {
            users.add(i < 6 ? "a" : "b");
        }
        assertThat(users.take()).isEqualTo(new BusyUsers.Busiest(IdHash.of("a"), 0.75, 6));
        users.add("b");
        assertThat(users.take().share()).isEqualTo(1, within(0.0));
        assertThat(users.take()).isEqualTo(BusyUsers.Busiest.NOBODY);
    }
}
