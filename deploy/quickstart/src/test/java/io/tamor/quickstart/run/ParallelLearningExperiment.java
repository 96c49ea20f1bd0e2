package io.tamor.quickstart.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.quickstart.dataset.Datasets;
import io.tamor.quickstart.dataset.SharedData;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
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
 * -Dtamor.experiment.jobs=P:samples,...} those that are run through the job.
 */
class ParallelLearningExperiment {
    private static final String PLANS =
            "1:1:0:1:0,2:100:0:1:0,2:500:0:1:0,2:2000:0:1:0,4:100:0:1:0,4:500:0:1:0,4:2000:0:1:0";

    private static final String JOBS = "1:0,2:100,2:500,2:2000,4:100,4:500,4:2000";
    private static final int SLOTS = 4;

    @TempDir private Path out;

    @ParameterizedTest
    @ValueSource(strings = {"simulator", "starbucks_offers"})
    void qualityByReplicasAndMergeInterval(String name) throws Exception {
        TestingSampleStream stream = TestingSampleStream.of(source(name), out);
        System.out.printf("%s: %d samples%n", name, stream.samples().size());
        Map<String, Double> alone = Map.of();
        for (String text : System.getProperty("tamor.experiment.plans", PLANS).split(",", -1)) {
            String[] parts = text.split(":", -1);
            TestingReplicas.Plan plan =
                    new TestingReplicas.Plan(
                            Integer.parseInt(parts[0]),
                            Integer.parseInt(parts[1]),
                            Integer.parseInt(parts[2]),
                            Double.parseDouble(parts[3]),
                            Double.parseDouble(parts[4]));
            Map<String, Double> auc =
                    new TestingReplicas(stream.deployment(), plan).train(stream.samples());
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
                    Map<String, Double> alone = Map.of();
                    for (String text :
                            System.getProperty("tamor.experiment.jobs", JOBS).split(",", -1)) {
                        String[] parts = text.split(":", -1);
                        Map<String, Double> auc =
                                new TestingPacedLearner(stream.deployment(), cluster, out)
                                        .train(
                                                Integer.parseInt(parts[0]),
                                                Integer.parseInt(parts[1]));
                        alone = alone.isEmpty() ? auc : alone;
                        print(text, auc, alone);
                    }
                });
    }

    private static RunSource source(String name) throws Exception {
        return name.equals("simulator")
                ? new SimulatorSource(Long.getLong("tamor.experiment.events", 300_000), 7)
                : new DatasetSource(
                        Datasets.named(name), SharedData.folder(name), Long.MAX_VALUE, null, 0);
    }

    private static void print(String plan, Map<String, Double> auc, Map<String, Double> alone) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "| %-20s |", plan));
        for (Map.Entry<String, Double> task : auc.entrySet()) {
            double difference = task.getValue() - alone.get(task.getKey());
            line.append(
                    String.format(
                            Locale.ROOT,
                            " %s %.4f (%+.4f) |",
                            task.getKey(),
                            task.getValue(),
                            difference));
        }
        System.out.println(line);
        assertThat(auc.values()).allMatch(Double::isFinite);
    }
}
