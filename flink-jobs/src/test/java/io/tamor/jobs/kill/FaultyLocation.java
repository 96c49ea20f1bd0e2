package io.tamor.jobs.kill;

import java.io.IOException;
import java.util.List;
import org.apache.flink.runtime.state.CheckpointMetadataOutputStream;
import org.apache.flink.runtime.state.CheckpointStateOutputStream;
import org.apache.flink.runtime.state.CheckpointStorageLocation;
import org.apache.flink.runtime.state.CheckpointStorageLocationReference;
import org.apache.flink.runtime.state.CheckpointedStateScope;
import org.apache.flink.runtime.state.StreamStateHandle;

/** What the job manager writes for one checkpoint; fails as it concludes it. */
record FaultyLocation(CheckpointStorageLocation location, TestingFaults faults)
        implements CheckpointStorageLocation {
    @Override
    public CheckpointMetadataOutputStream createMetadataOutputStream() throws IOException {
        if (faults.due(FaultyStorage.CONCLUDED)) {
            throw new IOException("failing on purpose: " + FaultyStorage.CONCLUDED);
        }
        return location.createMetadataOutputStream();
    }

    @Override
    public void disposeOnFailure() throws IOException {
        location.disposeOnFailure();
    }

    @Override
    public CheckpointStorageLocationReference getLocationReference() {
        return location.getLocationReference();
    }

    @Override
    public CheckpointStateOutputStream createCheckpointStateOutputStream(
            CheckpointedStateScope scope) throws IOException {
        return location.createCheckpointStateOutputStream(scope);
    }

    @Override
    public boolean canFastDuplicate(StreamStateHandle handle, CheckpointedStateScope scope)
            throws IOException {
        return location.canFastDuplicate(handle, scope);
    }

    @Override
    public List<StreamStateHandle> duplicate(
            List<StreamStateHandle> handles, CheckpointedStateScope scope) throws IOException {
        return location.duplicate(handles, scope);
    }
}
