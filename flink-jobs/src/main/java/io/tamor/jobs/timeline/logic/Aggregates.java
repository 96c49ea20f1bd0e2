package io.tamor.jobs.timeline.logic;

import io.tamor.jobs.config.AggregateOptions.Events;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The series of one owner (a user, or an item or scenario over all users): over all events, by
 * scenario, and by item. Bounded by the hops of the windows, the scenarios, and the number of items
 * remembered; {@link AggregateRules} keep it. Mutable.
 */
final class Aggregates {
    /** The series of events that are alike. */
    static final class Cell {
        long newestMs;
        final List<EventSeries> series = new ArrayList<>(4);

        @Nullable EventSeries find(int id) {
            for (EventSeries one : series) {
                if (one.id == id) {
                    return one;
                }
            }
            return null;
        }

        EventSeries series(int id, boolean money) {
            EventSeries found = find(id);
            if (found == null) {
                found = new EventSeries(id, money);
                series.add(found);
            }
            return found;
        }

        private void addAll(Cell made) {
            series.addAll(made.series);
            newestMs = Math.max(newestMs, made.newestMs);
        }

        private void write(DataOutput out) throws IOException {
            VarLong.write(out, newestMs);
            VarLong.write(out, series.size());
            for (EventSeries one : series) {
                one.write(out);
            }
        }

        private static Cell read(DataInput in) throws IOException {
            Cell cell = new Cell();
            cell.newestMs = VarLong.read(in);
            int count = (int) VarLong.read(in);
            for (int i = 0; i < count; i++) {
                cell.series.add(EventSeries.read(in));
            }
            return cell;
        }
    }

    /** An event that is not counted yet, since impressions of its instant may still come. */
    record Fresh(Events event, long item, int scenario, long amountMinor) {}

    long freshMs;
    final List<Fresh> fresh = new ArrayList<>(2);

    Cell all = new Cell();

    /** By the scenario's hash. */
    final Map<Integer, Cell> scenarios = new LinkedHashMap<>();

    /** By the item's hash, the one with the newest event last. */
    final LinkedHashMap<Long, Cell> items = new LinkedHashMap<>();

    boolean isEmpty() {
        return all.series.isEmpty() && scenarios.isEmpty() && items.isEmpty() && fresh.isEmpty();
    }

    /** Time of the newest event counted; 0 for none. */
    long newestMs() {
        long newest = all.newestMs;
        for (Cell cell : scenarios.values()) {
            newest = Math.max(newest, cell.newestMs);
        }
        for (Cell cell : items.values()) {
            newest = Math.max(newest, cell.newestMs);
        }
        return newest;
    }

    /**
     * Adds the series that none of the cells has.
     *
     * @param made of the same owner's newest events; not used after that
     * @return true where there were some
     */
    boolean addMissing(Aggregates made) {
        Set<Integer> known = new HashSet<>();
        each(cell -> cell.series.forEach(series -> known.add(series.id)));
        int[] missing = {0};
        made.each(
                cell -> {
                    cell.series.removeIf(series -> known.contains(series.id));
                    missing[0] += cell.series.size();
                });
        if (missing[0] == 0) {
            return false;
        }
        all.addAll(made.all);
        made.scenarios.forEach(
                (scenario, cell) ->
                        scenarios.computeIfAbsent(scenario, s -> new Cell()).addAll(cell));
        made.items.forEach(
                (item, cell) -> {
                    // Those made have the newest events, in their order.
                    Cell kept = items.remove(item);
                    items.put(item, kept == null ? new Cell() : kept);
                    items.get(item).addAll(cell);
                });
        return true;
    }

    private void each(Consumer<Cell> action) {
        action.accept(all);
        scenarios.values().forEach(action);
        items.values().forEach(action);
    }

    /** Drops the cells without an event since a time. */
    void prune(long sinceMs) {
        if (all.newestMs < sinceMs && !all.series.isEmpty()) {
            all = new Cell();
        }
        scenarios.values().removeIf(cell -> cell.newestMs < sinceMs);
        for (Iterator<Cell> oldest = items.values().iterator();
                oldest.hasNext() && oldest.next().newestMs < sinceMs; ) {
            oldest.remove();
        }
    }

    void write(DataOutput out) throws IOException {
        if (!fresh.isEmpty()) {
            throw new IllegalStateException("events of the last instant are not counted yet");
        }
        all.write(out);
        VarLong.write(out, scenarios.size());
        for (Map.Entry<Integer, Cell> one : scenarios.entrySet()) {
            out.writeInt(one.getKey());
            one.getValue().write(out);
        }
        VarLong.write(out, items.size());
        for (Map.Entry<Long, Cell> one : items.entrySet()) {
            out.writeLong(one.getKey());
            one.getValue().write(out);
        }
    }

    static Aggregates read(DataInput in) throws IOException {
        Aggregates aggregates = new Aggregates();
        aggregates.all = Cell.read(in);
        int scenarioCount = (int) VarLong.read(in);
        for (int i = 0; i < scenarioCount; i++) {
            aggregates.scenarios.put(in.readInt(), Cell.read(in));
        }
        int itemCount = (int) VarLong.read(in);
        for (int i = 0; i < itemCount; i++) {
            aggregates.items.put(in.readLong(), Cell.read(in));
        }
        return aggregates;
    }
}
