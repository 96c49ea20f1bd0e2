package io.tamor.model.snapshot;

import java.io.IOException;

/** Bytes that are no snapshot of ours, or not the one wanted; the message has both values. */
public final class MalformedSnapshotException extends IOException {
    public MalformedSnapshotException(String message) {
        super(message);
    }

    public MalformedSnapshotException(String message, Throwable cause) {
        super(message, cause);
    }
}
