package io.tamor.jobs.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.jobs.config.Deployment;
import io.tamor.schemas.Correction;
import io.tamor.schemas.Sample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A consumer of samples and corrections, who sees every correction twice. */
final class TestingCorrections {
    private TestingCorrections() {}

    private record Label(String impression, long timeMs, String set, int stage, int task) {}

    /** The samples with all corrections applied. */
    static List<Sample> applied(
            Deployment deployment, List<Sample> samples, List<Correction> corrections) {
        List<String> tasks = deployment.tasks().stream().map(t -> t.name()).toList();
        Map<Label, Float> labels = new HashMap<>();
        for (Sample sample : samples) {
            for (int t = 0; t < tasks.size(); t++) {
                if (sample.getMasks().get(t)) {
                    labels.put(label(sample, t), sample.getLabels().get(t));
                }
            }
        }
        Map<Label, Long> versions = new HashMap<>();
        List<Correction> twice = new ArrayList<>();
        for (Correction correction : ofLabels(corrections)) {
            twice.add(correction);
            twice.add(correction);
        }
        twice.addAll(ofLabels(corrections));
        for (Correction correction : twice) {
            Label label =
                    new Label(
                            correction.getImpressionId(),
                            correction.getImpressionTimeMs(),
                            correction.getLabelSet(),
                            correction.getStage(),
                            tasks.indexOf(correction.getTask()));
            assertThat(labels).as("what %s corrects was emitted", correction).containsKey(label);
            if (correction.getVersion() > versions.getOrDefault(label, 0L)) {
                assertThat(labels.get(label)).isEqualTo(correction.getOldLabel());
                versions.put(label, correction.getVersion());
                labels.put(label, correction.getNewLabel());
            }
        }
        return samples.stream()
                .map(
                        sample -> {
                            List<Float> right = new ArrayList<>(sample.getLabels());
                            for (int t = 0; t < tasks.size(); t++) {
                                right.set(t, labels.getOrDefault(label(sample, t), 0f));
                            }
                            return Sample.newBuilder(sample).setLabels(right).build();
                        })
                .toList();
    }

    /** Those that correct something. */
    static List<Correction> ofLabels(List<Correction> corrections) {
        return corrections.stream().filter(c -> !c.getTask().isEmpty()).toList();
    }

    private static Label label(Sample sample, int task) {
        return new Label(
                sample.getImpressionId(),
                sample.getImpressionTimeMs(),
                sample.getLabelSet(),
                sample.getStage(),
                task);
    }
}
