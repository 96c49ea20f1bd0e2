package io.tamor.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

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
    void theExampleLearns() throws IOException {
        Path description = Path.of("..", "docs", "examples", "model.json");
        // [example]
        ModelSpec spec = ModelSpecJson.read(Files.readString(description));
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
        assertThat(click).isCloseTo(batch.label(0, 0), offset(0.1f));
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
