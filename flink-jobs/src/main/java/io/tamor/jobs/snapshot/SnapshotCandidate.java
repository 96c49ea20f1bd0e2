package io.tamor.jobs.snapshot;

/**
 * A snapshot as the learner made it, whole and in memory: every file of the version's folder, and
 * what its announcement says. A POJO, so that Flink's own serializer carries it.
 */
public final class SnapshotCandidate {
    /** Name of the deployment. */
    public String model = "";

    /** From 1; above every version published before. */
    public long version;

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
