package io.tamor.quickstart.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.DeploymentReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Samples and learner state of former builds carry these fingerprints: they must never change. */
final class FingerprintsTest {
    @ParameterizedTest
    @CsvSource({
        "simulator/quickstart.yaml, 4cb22198ed318ffa",
        "benchmark/timeline.yaml, 37274e5a9c643285",
        "benchmark/reference.yaml, 7061293dc8c34e1d",
        "dataset/starbucks_offers.yaml, 8e648ead59ed61b9"
    })
    void anExamplesFeatureSchemaIsThatOfFormerBuilds(String resource, String fingerprint)
            throws IOException {
        try (InputStream in =
                FingerprintsTest.class.getResourceAsStream("/io/tamor/quickstart/" + resource)) {
            assertThat(in).as(resource).isNotNull();
            String yaml = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(DeploymentReader.parse(resource, yaml).sampleSchema().fingerprintText())
                    .isEqualTo(fingerprint);
        }
    }
}
