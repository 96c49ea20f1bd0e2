package io.tamor.jobs.snapshot;

/**
 * What the learner decided of a version. Published or rejected: whole and in memory, every file of
 * the version's folder and what its announcement says. Rolled back to: no files, since it is there.
 * A POJO, so that Flink's own serializer carries it.
 */
public final class SnapshotCandidate {
    /** Name of the deployment. */
    public String model = "";

    /** What is to be done. */
    public SnapshotDecision decision = SnapshotDecision.PUBLISH;

    /** From 1; above every version made before. A rollback: the version to go back to. */
    public long version;

    /** A rollback: the version that is taken back; 0 otherwise. */
    public long takenBack;

    /** A rollback: where the version taken back did worse; empty otherwise. */
    public String reason = "";

    /** The version it follows; 0 for none. */
    public long parentVersion;

    /** Hex SHA-256 of the manifest's bytes. */
    public String manifestSha256 = "";

    /** Event time of the last sample trained, epoch milliseconds. */
    public long eventTimeMs;

    /** Version of the software that made it. */
    public String softwareVersion = "";

    /** Names of the files; the manifest is the last, so that a folder with one is whole. */
    public String[] names = {};

    /** Bytes of the files, in the order of the names. */
    public byte[][] contents = {};
}
