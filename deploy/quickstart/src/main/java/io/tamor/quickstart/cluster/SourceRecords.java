package io.tamor.quickstart.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.OptionalLong;
import org.apache.flink.api.common.JobID;

/** How many records a job's sources have handed on, by the cluster's REST interface. */
final class SourceRecords {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final ObjectMapper mapper = new ObjectMapper();
    private final HttpRequest request;

    SourceRecords(URI rest, JobID job) {
        this.request =
                HttpRequest.newBuilder(rest.resolve("/jobs/" + job)).timeout(TIMEOUT).build();
    }

    /** Empty while the cluster has no figures; progress is told, never waited for. */
    OptionalLong read() throws InterruptedException {
        try {
            HttpResponse<String> response =
                    client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                return OptionalLong.empty();
            }
            long records = 0;
            for (JsonNode vertex : mapper.readTree(response.body()).path("vertices")) {
                if (vertex.path("name").asText().startsWith("Source")) {
                    records += vertex.path("metrics").path("write-records").asLong();
                }
            }
            return OptionalLong.of(records);
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
