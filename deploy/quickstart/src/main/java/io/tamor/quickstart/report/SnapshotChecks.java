package io.tamor.quickstart.report;

import java.util.ArrayList;
import java.util.List;

/** What must hold of the published snapshots. */
final class SnapshotChecks {
    private SnapshotChecks() {}

    static List<RunReport.Check> of(List<RunReport.Snapshot> snapshots) {
        List<RunReport.Check> checks = new ArrayList<>();
        checks.add(
                new RunReport.Check(
                        "a snapshot is published",
                        snapshots.stream().anyMatch(RunReport.Snapshot::published),
                        snapshots.size() + " announced"));
        return checks;
    }
}
