package io.tamor.jobs.verify.logic;

/** Where a record is. */
public record Place(String topic, int partition, long offset) {
    @Override
    public String toString() {
        return topic + ", partition " + partition + ", offset " + offset;
    }
}
