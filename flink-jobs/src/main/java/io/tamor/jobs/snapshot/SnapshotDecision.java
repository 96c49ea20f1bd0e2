package io.tamor.jobs.snapshot;

import java.io.IOException;

/** What the learner decided of a version. */
public enum SnapshotDecision {
    /** Serve it. */
    PUBLISH(1),
    /** The gate refused it: keep it for people to look at, tell nobody. */
    REJECT(2),
    /** The version after it proved worse: serve it again. */
    ROLLBACK(3);

    private final int id;

    SnapshotDecision(int id) {
        this.id = id;
    }

    /** Its number in stored forms. */
    int id() {
        return id;
    }

    static SnapshotDecision of(int id) throws IOException {
        for (SnapshotDecision decision : values()) {
            if (decision.id == id) {
                return decision;
            }
        }
        throw new IOException(
                "staged snapshot: no decision has number "
                        + id
                        + "; restore with the build that wrote it");
    }
}
