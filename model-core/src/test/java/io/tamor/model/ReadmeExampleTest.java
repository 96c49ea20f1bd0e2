package io.tamor.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.ModelSpecJson;
import io.tamor.model.embedding.FeatureHash;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.training.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The library example of README.md, so that it compiles, runs and learns. */
final class ReadmeExampleTest {

    @Test
    void theExampleLearns() {
        // [example]
        ModelSpec spec =
                ModelSpecJson.read(
                        """
                        {"network": {"type": "tamor", "encoding": "one-hot", "bias": [8, 4], "tower": [16, 8],
                                     "ple": {"levels": 1, "own": 1, "shared": 1, "expert": [16, 8]}},
                         "input": {"fields": [{"name": "city", "side": "user", "rows": 1000, "dim": 8, "external": false},
                                              {"name": "card", "side": "item", "rows": 1000, "dim": 8, "external": false}],
                                   "dense": [], "tiers": ["none", "low", "high"], "scenarios": ["fund", "gold"],
                                   "normalize_dense": false},
                         "tasks": [{"name": "click", "kind": "common", "target": "binary", "weight": 1.0},
                                   {"name": "investment", "kind": "user-specific", "target": "binary", "weight": 1.0}], "seed": 1}
                        """);
        Trainer trainer = new Trainer(spec, 64); // mini-batches of at most 64 rows
        MiniBatch batch = new MiniBatch(spec, 64);
        Random random = new Random(1);
        for (int step = 0; step < 400; step++) {
            batch.clear();
            for (int i = 0; i < 64; i++) {
                int card = random.nextInt(10);
                int row = batch.addRow();
                batch.category(row, 0, FeatureHash.row(FeatureHash.hash("Hangzhou"), 1000));
                batch.category(row, 1, FeatureHash.row(FeatureHash.hash("card-" + card), 1000));
                batch.tier(row, random.nextInt(3));
                batch.label(row, 0, card < 5 ? 1 : 0, 1); // final; the investment's is not yet
            }
            trainer.step(batch); // scores the batch, then learns from it
        }
        trainer.score(batch);
        float click = trainer.prediction(0, spec.task("click")); // a probability
        // [example]
        assertThat(click).isCloseTo(batch.label(0, 0), org.assertj.core.data.Offset.offset(0.1f));
    }

    @Test
    void theReadmeShowsExactlyThis() throws IOException {
        String[] parts =
                Files.readString(Path.of("src/test/java", "io/tamor/model/ReadmeExampleTest.java"))
                        .split("        // \\[example]\n", -1);
        String example =
                parts[1].lines()
                        .map(line -> line.startsWith("        ") ? line.substring(8) : line)
                        .collect(Collectors.joining("\n"));

        assertThat(Files.readString(Path.of("..", "README.md"))).contains(example);
    }
}
