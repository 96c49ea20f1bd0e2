package io.tamor.quickstart.benchmark;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the rounds say together, medians and the least and greatest of what varies; and how soon
 * samples are readable.
 */
public final class TimelineSummary {
    private static final double SECONDS_PER_MINUTE = 60;

    private final Map<Variant, List<TrialFigures>> figures;
    private final SampleLatency.@Nullable Figures latency;

    /**
     * @param figures empty where no round was run
     * @param latency null where it was not measured
     */
    TimelineSummary(
            Map<Variant, List<TrialFigures>> figures, SampleLatency.@Nullable Figures latency) {
        this.figures = figures;
        this.latency = latency;
    }

    private record Spread(double median, double least, double greatest) {
        static Spread of(double[] values) {
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            int middle = sorted.length / 2;
            double median =
                    sorted.length % 2 == 1
                            ? sorted[middle]
                            : (sorted[middle - 1] + sorted[middle]) / 2;
            return new Spread(median, sorted[0], sorted[sorted.length - 1]);
        }
    }

    private List<TrialFigures> of(Variant variant) {
        return Objects.requireNonNull(figures.get(variant), variant.label());
    }

    private Spread spread(Variant variant, ToDoubleFunction<TrialFigures> figure) {
        return Spread.of(of(variant).stream().mapToDouble(figure).toArray());
    }

    /** The timeline's figure over the variant's, round by round. */
    private Spread ratio(Variant variant, ToDoubleFunction<TrialFigures> figure) {
        double[] ratios = new double[of(variant).size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] =
                    figure.applyAsDouble(of(Variant.TIMELINE).get(i))
                            / figure.applyAsDouble(of(variant).get(i));
        }
        return Spread.of(ratios);
    }

    /** As {@code --json} prints it. */
    public ObjectNode asJson() {
        ObjectNode root = new JsonMapper().createObjectNode();
        if (!figures.isEmpty()) {
            rates(root);
        }
        if (latency != null) {
            latency(root.putObject("latencyMs"), latency);
        }
        return root;
    }

    private static void latency(ObjectNode node, SampleLatency.Figures latency) {
        long disorderMs = latency.options().disorder().toMillis();
        put(node, latency.committed());
        node.put("samples", latency.committed().samples());
        node.put("eventsPerSecond", latency.eventsPerSecond());
        node.put("disorderMs", disorderMs);
        node.put("checkpointIntervalMs", latency.options().checkpointInterval().toMillis());
        ObjectNode beyond = node.putObject("beyondDisorder");
        beyond.put("p50", latency.committed().p50() - disorderMs);
        beyond.put("p99", latency.committed().p99() - disorderMs);
        put(node.putObject("written"), latency.written());
    }

    private static void put(ObjectNode node, SampleLatency.Latencies latencies) {
        node.put("p50", latencies.p50());
        node.put("p99", latencies.p99());
        node.put("max", latencies.max());
    }

    private void rates(ObjectNode root) {
        root.put(
                "eventsPerSecondPerCore",
                spread(Variant.TIMELINE, TrialFigures::eventsPerCoreSecond).median());
        root.put(
                "stateBytesPerPendingImpression",
                spread(Variant.TIMELINE, TrialFigures::stateBytesPerPending).median());
        ObjectNode ratios = root.putObject("ratioToFlinkSql");
        ratios.put("throughput", worst(TrialFigures::eventsPerCoreSecond, false));
        ratios.put("stateBytes", worst(TrialFigures::stateBytesPerPending, true));
        for (Variant variant : Variant.values()) {
            if (variant != Variant.TIMELINE) {
                ObjectNode one = ratios.putObject(variant.label());
                put(one, "throughput", ratio(variant, TrialFigures::eventsPerCoreSecond));
                put(one, "throughputByClock", ratio(variant, TrialFigures::eventsPerSecond));
                put(one, "stateBytes", ratio(variant, TrialFigures::stateBytesPerPending));
            }
        }
        ObjectNode variants = root.putObject("variants");
        for (Variant variant : figures.keySet()) {
            ObjectNode one = variants.putObject(variant.label());
            put(one, "eventsPerSecondPerCore", spread(variant, TrialFigures::eventsPerCoreSecond));
            put(one, "eventsPerSecond", spread(variant, TrialFigures::eventsPerSecond));
            put(
                    one,
                    "stateBytesPerPendingImpression",
                    spread(variant, TrialFigures::stateBytesPerPending));
            one.put("pendingImpressions", (long) spread(variant, f -> f.pending()).median());
            one.putPOJO("trials", of(variant));
        }
    }

    /** The less favourable of the two median ratios. */
    private double worst(ToDoubleFunction<TrialFigures> figure, boolean greatest) {
        double intervals = ratio(Variant.INTERVAL_JOINS, figure).median();
        double multi = ratio(Variant.MULTI_JOIN, figure).median();
        return greatest ? Math.max(intervals, multi) : Math.min(intervals, multi);
    }

    private static void put(ObjectNode node, String name, Spread spread) {
        ObjectNode three = node.putObject(name);
        three.put("median", spread.median());
        three.put("least", spread.least());
        three.put("greatest", spread.greatest());
    }

    /** For people. */
    public void print(PrintWriter out) {
        if (!figures.isEmpty()) {
            printRates(out);
        }
        if (latency != null) {
            SampleLatency.Latencies committed = latency.committed();
            SampleLatency.Latencies written = latency.written();
            out.printf(
                    Locale.ROOT,
                    "from a label's maturity to its sample, at %,.0f events/s: committed %,d ms (99 %%"
                            + " within %,d ms), of which %,d ms are event_time.disorder; written %,d"
                            + " ms (%,d ms); checkpoints every %,d ms, %,d samples%n",
                    latency.eventsPerSecond(),
                    committed.p50(),
                    committed.p99(),
                    latency.options().disorder().toMillis(),
                    written.p50(),
                    written.p99(),
                    latency.options().checkpointInterval().toMillis(),
                    committed.samples());
        }
    }

    private void printRates(PrintWriter out) {
        for (Variant variant : figures.keySet()) {
            Spread rate = spread(variant, TrialFigures::eventsPerCoreSecond);
            out.printf(
                    Locale.ROOT,
                    "%-15s %,9.0f events/s per core (%,.0f to %,.0f), %,.0f by the clock; %,.0f"
                            + " bytes of state a pending impression, %,.0f pending, filled in %.1f"
                            + " min%n",
                    variant.label(),
                    rate.median(),
                    rate.least(),
                    rate.greatest(),
                    spread(variant, TrialFigures::eventsPerSecond).median(),
                    spread(variant, TrialFigures::stateBytesPerPending).median(),
                    spread(variant, f -> f.pending()).median(),
                    spread(variant, TrialFigures::fillSeconds).median() / SECONDS_PER_MINUTE);
        }
        for (Variant variant : figures.keySet()) {
            if (variant != Variant.TIMELINE) {
                Spread speed = ratio(variant, TrialFigures::eventsPerCoreSecond);
                out.printf(
                        Locale.ROOT,
                        "timeline : %-15s %.1f times the events per core (%.1f to %.1f), %.1f by"
                                + " the clock, %.2f of the state bytes%n",
                        variant.label(),
                        speed.median(),
                        speed.least(),
                        speed.greatest(),
                        ratio(variant, TrialFigures::eventsPerSecond).median(),
                        ratio(variant, TrialFigures::stateBytesPerPending).median());
            }
        }
        StringBuilder shares = new StringBuilder("the timeline's operator:");
        for (Shares.Part part : Shares.Part.values()) {
            shares.append(
                    String.format(
                            Locale.ROOT,
                            " %s %.0f %%",
                            part.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                            100
                                    * spread(
                                                    Variant.TIMELINE,
                                                    f -> f.shares().getOrDefault(part, 0.0))
                                            .median()));
        }
        out.println(shares);
    }
}
