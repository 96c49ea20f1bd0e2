package io.tamor.jobs.kill;

import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;

/**
 * Passes records on; fails between two of them, in a checkpoint, when a checkpoint is complete, or
 * has the process of the task die meanwhile.
 */
public final class FaultyMap<T>
        implements MapFunction<T, T>, CheckpointedFunction, CheckpointListener {
    public static final String RECORD = "between-records";
    public static final String SNAPSHOT = "in-a-checkpoint-upstream";
    public static final String COMPLETE = "when-a-checkpoint-is-complete-upstream";
    public static final String LOST = "task-manager-lost";

    private final TestingFaults faults;

    public FaultyMap(TestingFaults faults) {
        this.faults = faults;
    }

    @Override
    public T map(T value) {
        faults.at(RECORD);
        if (faults.due(LOST)) {
            TestingCluster.loseTaskManager();
        }
        return value;
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) {
        faults.at(SNAPSHOT);
    }

    @Override
    public void initializeState(FunctionInitializationContext context) {
        // It has no state: only the points matter.
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
        faults.at(COMPLETE);
    }
}
