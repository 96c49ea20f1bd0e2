package io.tamor.quickstart.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;

/** The completed checkpoints of the cluster's one job, by its REST interface. */
record CheckpointHistory(List<Checkpoint> completed) {

    /**
     * One checkpoint.
     *
     * @param completedMs when it was complete, epoch milliseconds
     */
    record Checkpoint(long completedMs, long durationMs, long bytes, long newBytes) {}

    static CheckpointHistory of(URI rest) throws IOException, InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        String job = read(client, rest.resolve("/jobs")).path("jobs").path(0).path("id").asText();
        List<Checkpoint> completed = new ArrayList<>();
        for (JsonNode one :
                read(client, rest.resolve("/jobs/" + job + "/checkpoints")).path("history")) {
            if (one.path("status").asText().equals("COMPLETED")) {
                long duration = one.path("end_to_end_duration").asLong();
                completed.add(
                        new Checkpoint(
                                one.path("trigger_timestamp").asLong() + duration,
                                duration,
                                one.path("state_size").asLong(),
                                one.path("checkpointed_size").asLong()));
            }
        }
        return new CheckpointHistory(completed);
    }

    private static JsonNode read(HttpClient client, URI uri)
            throws IOException, InterruptedException {
        return new ObjectMapper()
                .readTree(
                        client.send(
                                        HttpRequest.newBuilder(uri).build(),
                                        HttpResponse.BodyHandlers.ofString())
                                .body());
    }

    /** When the last checkpoint before a moment was complete, epoch milliseconds; -1 for none. */
    long lastBefore(long timeMs) {
        return completed.stream()
                .mapToLong(Checkpoint::completedMs)
                .filter(ms -> ms <= timeMs)
                .max()
                .orElse(-1);
    }

    void describe(ObjectNode figures) {
        figures.put("checkpoints", completed.size());
        figures.put("checkpointMs", median(Checkpoint::durationMs));
        figures.put("checkpointBytes", median(Checkpoint::bytes));
        figures.put("checkpointNewBytes", median(Checkpoint::newBytes));
    }

    private long median(java.util.function.ToLongFunction<Checkpoint> figure) {
        long[] sorted = completed.stream().mapToLong(figure).sorted().toArray();
        return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
    }
}
