package io.tamor.model.snapshot;

import java.io.IOException;
import java.io.OutputStream;

/** A further file of a snapshot, such as the model in another format. */
@FunctionalInterface
public interface SnapshotFile {
    /** Writes the file's bytes; does not close the stream. */
    void write(OutputStream out) throws IOException;
}
