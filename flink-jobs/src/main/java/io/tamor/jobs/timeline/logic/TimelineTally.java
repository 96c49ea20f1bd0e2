package io.tamor.jobs.timeline.logic;

import io.tamor.schemas.RejectionCause;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The timeline's counts by name; the same names are its metrics and its job's accumulators. */
public final class TimelineTally {
    /** Prefix of every name. */
    public static final String PREFIX = "timeline.";

    private final Tally tally;
    private final Map<EventKind, Tally.Cell> accepted = new EnumMap<>(EventKind.class);
    private final Map<EventKind, Map<RejectionCause, Tally.Cell>> rejected =
            new EnumMap<>(EventKind.class);
    private final SetTally[] sets;

    final Tally.Cell completed;
    final Tally.Cell samples;
    final Tally.Cell unclickedConversions;
    final Tally.Cell lateAccepted;
    final Tally.Cell corrections;

    /** The counts of one label set. */
    private record SetTally(
            List<Tally.Cell> mature,
            List<Tally.Cell> positive,
            Tally.Cell attributedInvestments,
            Tally.Cell unattributedInvestments,
            Tally.Cell attributedAmountMinor) {}

    /**
     * @param sets label sets by name; counts of the first one have no prefix
     */
    TimelineTally(Tally tally, LabelRules labels, List<String> sets) {
        this.tally = tally;
        for (EventKind kind : EventKind.values()) {
            accepted.put(kind, cell("accepted." + kind.stream()));
        }
        this.completed = cell("completed.impressions");
        this.samples = cell("samples");
        this.unclickedConversions = cell("unclicked.conversions");
        this.lateAccepted = cell("accepted.late");
        this.corrections = cell("corrections");
        this.sets = new SetTally[sets.size()];
        for (int set = 0; set < this.sets.length; set++) {
            this.sets[set] = setTally(set == 0 ? "" : "sets." + sets.get(set) + ".", labels);
        }
    }

    private SetTally setTally(String prefix, LabelRules labels) {
        Tally.Cell attributed = cell(prefix + "attributed.investments");
        Tally.Cell unattributed = cell(prefix + "unattributed.investments");
        Tally.Cell amount = cell(prefix + "attributed.amount_minor");
        List<Tally.Cell> mature = new ArrayList<>();
        List<Tally.Cell> positive = new ArrayList<>();
        for (int t = 0; t < labels.taskCount(); t++) {
            mature.add(cell(prefix + "labels." + labels.taskName(t) + ".mature"));
            positive.add(cell(prefix + "labels." + labels.taskName(t) + ".positive"));
        }
        return new SetTally(mature, positive, attributed, unattributed, amount);
    }

    /** Impressions whose last label is still open. */
    public long pending() {
        return accepted(EventKind.IMPRESSION).value() - completed.value();
    }

    Tally.Cell accepted(EventKind kind) {
        Tally.Cell cell = accepted.get(kind);
        if (cell == null) {
            throw new AssertionError(kind);
        }
        return cell;
    }

    /** Counts a record that cannot be used. */
    public void rejected(EventKind kind, RejectionCause cause) {
        rejected.computeIfAbsent(kind, k -> new EnumMap<>(RejectionCause.class))
                .computeIfAbsent(
                        cause,
                        c ->
                                cell(
                                        "rejected."
                                                + kind.stream()
                                                + "."
                                                + c.name().toLowerCase(Locale.ROOT)))
                .add(1);
    }

    void label(int set, int task, float label) {
        sets[set].mature.get(task).add(1);
        if (label > 0) {
            sets[set].positive.get(task).add(1);
        }
    }

    /** Counts a subscription that came in time, and what it adds to impressions. */
    void attributed(int set, int impressions, long amountMinor) {
        if (impressions == 0) {
            sets[set].unattributedInvestments.add(1);
        } else {
            sets[set].attributedInvestments.add(1);
            sets[set].attributedAmountMinor.add(impressions * amountMinor);
        }
    }

    private Tally.Cell cell(String name) {
        return tally.cell(PREFIX + name);
    }
}
