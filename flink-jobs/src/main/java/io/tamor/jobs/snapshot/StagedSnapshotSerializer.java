package io.tamor.jobs.snapshot;

import io.tamor.jobs.io.FormVersion;
import java.io.IOException;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Stored form of a staged snapshot in the committer's state. Version 1 had no decision, since every
 * version was published, version 2 no reason of a rollback.
 */
final class StagedSnapshotSerializer implements SimpleVersionedSerializer<StagedSnapshot> {
    private static final int VERSION = 3;
    private static final int FIRST_VERSION = 1;
    private static final int SECOND_VERSION = 2;

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(StagedSnapshot staged) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(256);
        out.writeInt(staged.decision().id());
        out.writeLong(staged.takenBack());
        out.writeUTF(staged.reason());
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
        FormVersion.require("staged snapshot", FIRST_VERSION, VERSION, version);
        DataInputDeserializer in = new DataInputDeserializer(stored);
        SnapshotDecision decision = SnapshotDecision.PUBLISH;
        long takenBack = 0;
        if (version > FIRST_VERSION) {
            decision = SnapshotDecision.of(in.readInt());
            takenBack = in.readLong();
        }
        String reason = version > SECOND_VERSION ? in.readUTF() : "";
        String model = in.readUTF();
        long number = in.readLong();
        return new StagedSnapshot(
                decision,
                model,
                number,
                takenBack,
                in.readLong(),
                in.readUTF(),
                in.readLong(),
                in.readUTF(),
                reason,
                in.readUTF());
    }
}
