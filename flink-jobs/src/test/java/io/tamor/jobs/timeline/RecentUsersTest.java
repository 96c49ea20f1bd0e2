package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** Users on the heap are bounded, whether they change or are only looked at. */
final class RecentUsersTest {
    /** Looks at each user that comes. */
    private static final class Looking extends AbstractStreamOperator<String>
            implements OneInputStreamOperator<String, String> {
        transient RecentUsers users;

        @Override
        public void initializeState(StateInitializationContext context) throws Exception {
            super.initializeState(context);
            users =
                    new RecentUsers(
                            context.getKeyedStateStore().getState(UserTimelineOperator.USER),
                            context.getKeyedStateStore().getMapState(UserTimelineOperator.FROZEN),
                            this::setCurrentKey,
                            true);
        }

        @Override
        public void processElement(StreamRecord<String> user) throws Exception {
            users.load(user.getValue());
        }
    }

    @Test
    void usersWhoAreOnlyLookedAtMakeRoomForOthers() throws Exception {
        Looking looking = new Looking();
        KeyedOneInputStreamOperatorTestHarness<String, String, String> harness =
                new KeyedOneInputStreamOperatorTestHarness<>(looking, user -> user, Types.STRING);
        try {
            harness.open();
            for (int i = 0; i < RecentUsers.MOST + 1_000; i++) {
                harness.processElement(new StreamRecord<>("user" + i));
            }
            assertThat(looking.users.count()).isBetween(RecentUsers.MOST / 2, RecentUsers.MOST + 1);
        } finally {
            harness.close();
        }
    }
}
