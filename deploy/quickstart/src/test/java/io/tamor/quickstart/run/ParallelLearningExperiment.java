package io.tamor.quickstart.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.quickstart.dataset.Datasets;
import io.tamor.quickstart.dataset.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What learning in parallel costs in quality: test-then-train AUC by task on the same samples, by
 * number of replicas and merge interval. Not part of the build; prints the table of
 * docs/learner.md:
 *
 * <pre>mvn -pl deploy/quickstart -am test -Dtest=ParallelLearningExperiment \
 *     -Dsurefire.failIfNoSpecifiedTests=false</pre>
 *
 * {@code -Dtamor.experiment.plans=P:every:lag:rate:momentum,...} tries others; {@code
 * -Dtamor.experiment.jobs=P:samples,...} those that are run through the job; {@code
 * -Dtamor.experiment.seeds=...} starts the model from others.
 */
class ParallelLearningExperiment {
    private static final String PLANS =
            "1:1:0:1:0,2:100:0:1:0,4:32:0:1:0,4:100:0:1:0,2:500:0:1:0,4:500:0:1:0,2:2000:0:1:0"
                    + ",4:2000:0:1:0";

    private static final String JOBS = "1:0,2:100,4:50";
    private static final int SLOTS = 4;

    @TempDir private Path out;

    @ParameterizedTest
    @ValueSource(strings = {"simulator", "starbucks_offers"})
    void qualityByReplicasAndMergeInterval(String name) throws Exception {
        TestingSampleStream stream = TestingSampleStream.of(source(name), out);
        System.out.printf("%s: %d samples%n", name, stream.samples().size());
        List<Map<String, Double>> alone = List.of();
        for (String text : System.getProperty("tamor.experiment.plans", PLANS).split(",", -1)) {
            String[] parts = text.split(":", -1);
            TestingReplicas.Plan plan =
                    new TestingReplicas.Plan(
                            Integer.parseInt(parts[0]),
                            Integer.parseInt(parts[1]),
                            Integer.parseInt(parts[2]),
                            Double.parseDouble(parts[3]),
                            Double.parseDouble(parts[4]));
            List<Map<String, Double>> auc = new ArrayList<>();
            for (String seed : seeds()) {
                Deployment deployment = DeploymentReader.parse("seed " + seed, seeded(seed));
                auc.add(new TestingReplicas(deployment, plan).train(stream.samples()));
            }
            alone = alone.isEmpty() ? auc : alone;
            print(text, auc, alone);
        }
    }

    /** The same through the job itself, gate and all, over Kafka. */
    @ParameterizedTest
    @ValueSource(strings = {"simulator", "starbucks_offers"})
    void qualityOfTheJobByReplicasAndSamplesBetweenMerges(String name) throws Exception {
        TestingSampleStream.use(
                source(name),
                out,
                SLOTS,
                (stream, cluster) -> {
                    System.out.printf("%s by the job: %d samples%n", name, stream.samples().size());
                    TestingPacedLearner.appendTail(stream);
                    List<Map<String, Double>> alone = List.of();
                    for (String text :
                            System.getProperty("tamor.experiment.jobs", JOBS).split(",", -1)) {
                        String[] parts = text.split(":", -1);
                        List<Map<String, Double>> auc = new ArrayList<>();
                        for (String seed : seeds()) {
                            auc.add(
                                    new TestingPacedLearner(seeded(seed), cluster, out)
                                            .train(
                                                    Integer.parseInt(parts[0]),
                                                    Integer.parseInt(parts[1])));
                        }
                        alone = alone.isEmpty() ? auc : alone;
                        print(text, auc, alone);
                    }
                });
    }

    private static String[] seeds() {
        return System.getProperty("tamor.experiment.seeds", "42,1,2").split(",", -1);
    }

    /** The stream's deployment with another start of the model. */
    private String seeded(String seed) throws IOException {
        return Files.readString(out.resolve("deployment.yaml"))
                .replaceFirst("(?m)^  seed: \\d+$", "  seed: " + seed);
    }

    private static RunSource source(String name) throws Exception {
        return name.equals("simulator")
                ? new SimulatorSource(Long.getLong("tamor.experiment.events", 40_000), 7)
                : new DatasetSource(
                        Datasets.named(name), SharedData.folder(name), Long.MAX_VALUE, null, 0);
    }

    /** By task: mean over the seeds, and of the difference to the first plan mean and deviation. */
    private static void print(
            String plan, List<Map<String, Double>> auc, List<Map<String, Double>> alone) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "| %-20s |", plan));
        for (String task : auc.get(0).keySet()) {
            SummaryStatistics mean = new SummaryStatistics();
            SummaryStatistics difference = new SummaryStatistics();
            for (int seed = 0; seed < auc.size(); seed++) {
                double value = auc.get(seed).get(task);
                assertThat(value).isFinite();
                mean.addValue(value);
                difference.addValue(value - alone.get(seed).get(task));
            }
            line.append(
                    String.format(
                            Locale.ROOT,
                            " %s %.4f (%+.4f, %.4f) |",
                            task,
                            mean.getMean(),
                            difference.getMean(),
                            difference.getStandardDeviation()));
        }
        System.out.println(line);
    }
}
