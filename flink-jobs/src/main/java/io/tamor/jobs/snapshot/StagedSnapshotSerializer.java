package io.tamor.jobs.snapshot;

import java.io.IOException;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** Stored form of a staged snapshot in the committer's state. */
final class StagedSnapshotSerializer implements SimpleVersionedSerializer<StagedSnapshot> {
    private static final int VERSION = 1;

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(StagedSnapshot staged) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(256);
        out.writeUTF(staged.model());
        out.writeLong(staged.version());
        out.writeLong(staged.parentVersion());
        out.writeUTF(staged.manifestSha256());
        out.writeLong(staged.eventTimeMs());
        out.writeUTF(staged.softwareVersion());
        out.writeUTF(staged.stagingName());
        return out.getCopyOfBuffer();
    }

    @Override
    public StagedSnapshot deserialize(int version, byte[] stored) throws IOException {
        if (version != VERSION) {
            throw new IOException(
                    "staged snapshot: this build reads version "
                            + VERSION
                            + ", found "
                            + version
                            + "; restore with the build that wrote it");
        }
        DataInputDeserializer in = new DataInputDeserializer(stored);
        return new StagedSnapshot(
                in.readUTF(),
                in.readLong(),
                in.readLong(),
                in.readUTF(),
                in.readLong(),
                in.readUTF(),
                in.readUTF());
    }
}
