package io.tamor.schemas.wire;

/** Bytes that are no record of the wanted type; the message says what was wanted and what found. */
public final class MalformedRecordException extends Exception {
    public MalformedRecordException(String message) {
        super(message);
    }

    public MalformedRecordException(String message, Throwable cause) {
        super(message, cause);
    }
}
