package io.tamor.jobs.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tamor.jobs.config.BaselineModel;
import io.tamor.jobs.config.Deployment;
import io.tamor.model.metric.MetricRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Several networks trained on the same samples from several seeds, one pass each, as {@link
 * OfflineTraining} does; the figures' means and deviations over the seeds.
 */
public final class ModelComparison {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Deployment deployment;
    private final SampleFolder samples;
    private final long shownFromMs;

    /**
     * A figure of a network in one slice over the seeds in which it is defined; there is no cell
     * for one that never is, such as the NRMSE where no amount is above 0.
     *
     * @param figure its name, such as {@code auc}
     * @param deviation the sample's standard deviation; 0 for one seed
     */
    public record Cell(
            String network,
            String task,
            String tier,
            String figure,
            long count,
            double mean,
            double deviation) {}

    private record Place(String task, String tier, String figure) {}

    /**
     * Compares on a deployment's configuration, whose own network may be among those compared.
     *
     * @param shownFromMs see {@link OfflineTraining}
     */
    public ModelComparison(Deployment deployment, SampleFolder samples, long shownFromMs) {
        this.deployment = deployment;
        this.samples = samples;
        this.shownFromMs = shownFromMs;
    }

    /**
     * Trains every network from every seed, in this order.
     *
     * @param seeds 1 to as many
     * @param told each run before it begins
     */
    public List<Cell> run(List<String> networks, int seeds, Consumer<String> told)
            throws Exception {
        List<Cell> cells = new ArrayList<>();
        for (String network : networks) {
            Map<Place, Long> counts = new HashMap<>();
            Map<Place, List<Double>> figures = new HashMap<>();
            List<Place> order = new ArrayList<>();
            for (int seed = 1; seed <= seeds; seed++) {
                told.accept(network + ", seed " + seed);
                for (MetricRow row : figures(network, seed)) {
                    row.values()
                            .forEach(
                                    (figure, value) -> {
                                        Place place = new Place(row.task(), row.tier(), figure);
                                        if (counts.put(place, row.count()) == null) {
                                            order.add(place);
                                        }
                                        figures.computeIfAbsent(place, p -> new ArrayList<>())
                                                .add(value);
                                    });
                }
            }
            for (Place place : order) {
                cells.add(
                        cell(
                                network,
                                place,
                                counts.getOrDefault(place, 0L),
                                figures.getOrDefault(place, List.of())));
            }
        }
        return cells;
    }

    /** The deployment with another network and seed. */
    static Deployment variant(Deployment deployment, String network, long seed) {
        try {
            ObjectNode model = (ObjectNode) JSON.readTree(deployment.model());
            BaselineModel.apply(model, network);
            model.put("seed", seed);
            return deployment.withModel(model.toString());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a deployment's model is not JSON", e);
        }
    }

    private List<MetricRow> figures(String network, long seed) throws Exception {
        OfflineTraining training =
                new OfflineTraining(variant(deployment, network, seed), shownFromMs);
        training.run(samples);
        if (training.progress().steps == 0 || training.progress().droppedSteps > 0) {
            throw new IllegalStateException(
                    network
                            + ", seed "
                            + seed
                            + ": "
                            + training.progress().steps
                            + " steps, "
                            + training.progress().droppedSteps
                            + " dropped, refused "
                            + training.refused()
                            + ": such figures compare nothing");
        }
        return training.quality().total().stream()
                .filter(row -> row.scenario().equals(MetricRow.ALL))
                .toList();
    }

    private static Cell cell(String network, Place place, long count, List<Double> values) {
        double mean = values.stream().mapToDouble(v -> v).average().orElse(Double.NaN);
        double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
        double deviation = values.size() > 1 ? Math.sqrt(squares / (values.size() - 1)) : 0;
        return new Cell(
                network, place.task(), place.tier(), place.figure(), count, mean, deviation);
    }
}
