package io.tamor.jobs.timeline.logic;

import io.tamor.schemas.RejectionCause;
import java.util.EnumMap;
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
    private final Tally.Cell[] mature;
    private final Tally.Cell[] positive;

    final Tally.Cell completed;
    final Tally.Cell samples;
    final Tally.Cell unclickedConversions;
    final Tally.Cell attributedInvestments;
    final Tally.Cell unattributedInvestments;
    final Tally.Cell attributedAmountMinor;

    public TimelineTally(Tally tally, LabelRules labels) {
        this.tally = tally;
        for (EventKind kind : EventKind.values()) {
            accepted.put(kind, cell("accepted." + kind.stream()));
        }
        this.completed = cell("completed.impressions");
        this.samples = cell("samples");
        this.unclickedConversions = cell("unclicked.conversions");
        this.attributedInvestments = cell("attributed.investments");
        this.unattributedInvestments = cell("unattributed.investments");
        this.attributedAmountMinor = cell("attributed.amount_minor");
        this.mature = new Tally.Cell[labels.taskCount()];
        this.positive = new Tally.Cell[labels.taskCount()];
        for (int t = 0; t < mature.length; t++) {
            mature[t] = cell("labels." + labels.taskName(t) + ".mature");
            positive[t] = cell("labels." + labels.taskName(t) + ".positive");
        }
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

    void label(int task, float label) {
        mature[task].add(1);
        if (label > 0) {
            positive[task].add(1);
        }
    }

    private Tally.Cell cell(String name) {
        return tally.cell(PREFIX + name);
    }
}
