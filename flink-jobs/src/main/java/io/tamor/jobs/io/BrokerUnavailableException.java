package io.tamor.jobs.io;

/** No Kafka broker answers, or not as needed; the message says which address and what to check. */
public final class BrokerUnavailableException extends RuntimeException {
    public BrokerUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
