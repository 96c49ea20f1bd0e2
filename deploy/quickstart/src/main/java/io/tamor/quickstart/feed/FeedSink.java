package io.tamor.quickstart.feed;

/** Takes events one by one; {@link #close} hands on everything still held. */
public interface FeedSink extends AutoCloseable {
    void accept(FeedEvent event);

    @Override
    void close();
}
