package io.tamor.jobs.timeline;

import io.tamor.jobs.timeline.logic.Deadlines;
import io.tamor.jobs.timeline.logic.PendingImpression;
import io.tamor.jobs.timeline.logic.TimelineRules;
import io.tamor.jobs.timeline.logic.UserState;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects what will be due of a user while the user's key must stay the current one. Used by the
 * task's thread.
 */
final class OpenStages implements Deadlines {
    private final DueQueue due;
    private final TimelineRules rules;
    private final List<Due> opened = new ArrayList<>();
    private final List<PendingImpression> changed = new ArrayList<>();
    private String user = "";
    private boolean lookDue;

    OpenStages(DueQueue due, TimelineRules rules) {
        this.due = due;
        this.rules = rules;
    }

    /**
     * Begins with a user.
     *
     * @param isLookDue whether a look at the user waits already
     */
    void begin(String nextUser, boolean isLookDue) {
        user = nextUser;
        lookDue = isLookDue;
    }

    @Override
    public void opened(PendingImpression impression, byte[] frozen) {
        opened.add(Due.stage(user, impression.copy(), frozen));
    }

    @Override
    public void changed(PendingImpression impression) {
        changed.add(impression);
    }

    /** Ends with the user as it is now; may change the current key. */
    void end(UserState now) throws Exception {
        for (Due stage : opened) {
            due.add(stage);
        }
        opened.clear();
        for (PendingImpression impression : changed) {
            due.relabel(user, impression);
        }
        changed.clear();
        if (!lookDue && now.forgets()) {
            due.add(Due.look(user, Math.max(rules.lookMs(user, now), due.doneMs(user) + 1)));
        }
    }
}
