package io.tamor.jobs.learner.logic;

import io.tamor.jobs.config.Deployment;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.training.Trainer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The users of a mini-batch: their rows on the way from the store into the trainer's slots and
 * back. Users are {@link #add added} while the step before may be on its way; all else happens
 * between two steps. Does nothing where the model has no user row. Memory: the users of one
 * mini-batch. Not thread-safe.
 */
final class BatchUsers {
    private static final int NOT_LOADED = -1;
    private static final float[] NONE = {};

    private final Trainer trainer;
    private final DriftMonitor drift;
    private final UserRowStore store;
    private final @Nullable RowMoments moments;
    private final long userRowTtlMs;
    private final int userField;
    private final int admitAfter;
    private final float[] initialRow;
    private final float[] initialAccumulators;
    private final Map<String, Slot> slots = new LinkedHashMap<>();

    /** By row of the mini-batch; nothing where there are no user rows. */
    private final Slot[] slotOfRow;

    private int slotCount;
    private int sharedSlot;

    /**
     * A user of the mini-batch: its row as stored, left as it is until the step is applied, and
     * what the batch makes of it. The row gets a slot with the sample that admits the user.
     */
    private static final class Slot {
        UserRowStore.Place place;

        /** Null until the step before is over. */
        @Nullable UserRow row;

        int index = NOT_LOADED;
        int samplesBefore;
        long trainedMs;

        Slot(UserRowStore.Place place) {
            this.place = place;
        }

        UserRow theRow() {
            return Objects.requireNonNull(row);
        }
    }

    /**
     * Of an empty mini-batch.
     *
     * @param moments that rows are kept as of; null: none
     */
    BatchUsers(
            Deployment deployment,
            Trainer trainer,
            DriftMonitor drift,
            UserRowStore store,
            @Nullable RowMoments moments) {
        this.trainer = trainer;
        this.drift = drift;
        this.store = store;
        this.moments = moments;
        this.userRowTtlMs = deployment.learner().userRowTtl().toMillis();
        this.userField = ModelSpecs.userRowField(trainer.spec());
        this.admitAfter = deployment.learner().admitAfter();
        this.initialRow = userField < 0 ? NONE : trainer.initialExternalRow(userField);
        this.initialAccumulators =
                userField < 0 ? NONE : trainer.initialExternalAccumulators(userField);
        this.slotOfRow = new Slot[deployment.learner().batch()];
    }

    /** Forgets them. */
    void clear() {
        slots.clear();
    }

    /** The user of a row of the mini-batch. */
    void add(int row, String userId) throws Exception {
        if (userField < 0) {
            return;
        }
        Slot slot = slots.get(userId);
        if (slot == null) {
            slot = new Slot(store.find(userId));
            slots.put(userId, slot);
        }
        slotOfRow[row] = slot;
    }

    /** Gives each row of the mini-batch its user's slot, with the user's row in it. */
    void load(List<QueuedSample> samples, MiniBatch batch) throws Exception {
        slotCount = 0;
        sharedSlot = NOT_LOADED;
        for (int row = 0; userField >= 0 && row < samples.size(); row++) {
            batch.category(row, userField, load(slotOfRow[row], samples.get(row)));
        }
    }

    /** The slot of a sample's user, with the user's row in it. */
    private int load(Slot slot, QueuedSample sample) throws Exception {
        UserRow row = slot.row;
        if (row == null) {
            slot.place = store.renew(slot.place);
            row = live(slot.place.row, sample.maturedAtMs());
            slot.row = row;
            slot.samplesBefore = row.samplesBefore;
            slot.trainedMs = row.trainedMs;
        }
        slot.trainedMs = Math.max(slot.trainedMs, sample.maturedAtMs());
        if (slot.index == NOT_LOADED) {
            if (!row.admitted() && slot.samplesBefore + 1 < admitAfter) {
                slot.samplesBefore++;
                return sharedSlot();
            }
            slot.index = slotCount++;
            load(slot.index, row);
        }
        return slot.index;
    }

    private void load(int index, UserRow row) {
        boolean forgets = row.trainedMs < drift.resetMs();
        trainer.loadExternal(
                userField,
                index,
                row.admitted() ? row.values : initialRow,
                row.admitted() && !forgets ? row.accumulators : initialAccumulators);
    }

    /** The slot of the initial row, which is never read back. */
    private int sharedSlot() {
        if (sharedSlot == NOT_LOADED) {
            sharedSlot = slotCount++;
            trainer.loadExternal(userField, sharedSlot, initialRow, initialAccumulators);
        }
        return sharedSlot;
    }

    private UserRow live(@Nullable UserRow stored, long atMs) {
        if (stored != null && atMs - stored.trainedMs < userRowTtlMs) {
            return stored;
        }
        UserRow row = new UserRow();
        row.trainedMs = atMs;
        if (stored != null) {
            UserRow replaced = stored.copy();
            keep(replaced);
            row.inherit(replaced);
            row.changed |= stored.admitted(); // readers still have it
        }
        return row;
    }

    /** Keeps a row as of the newest moment, for it is about to change. */
    private void keep(UserRow row) {
        if (moments != null) {
            row.keep(moments);
        }
    }

    /** Takes the rows back from the trainer, which has learned. */
    void save() throws Exception {
        for (Slot slot : slots.values()) {
            UserRow row = slot.theRow();
            row.trainedMs = slot.trainedMs;
            row.samplesBefore = slot.samplesBefore;
            if (slot.index != NOT_LOADED) {
                keep(row);
                if (!row.admitted()) {
                    row.values = trainer.initialExternalRow(userField);
                    row.accumulators = trainer.initialExternalAccumulators(userField);
                }
                trainer.readExternal(userField, slot.index, row.values, row.accumulators);
            }
            slot.place.row = row;
            store.save(slot.place);
        }
    }

    /** By slot the users' rows as of a version, as readers have them. */
    float[][] rowsAsOf(long moment) {
        float[][] asOf = new float[slotCount][];
        Arrays.fill(asOf, initialRow);
        for (Slot slot : slots.values()) {
            float[] values = slot.index == NOT_LOADED ? null : slot.theRow().valuesAsOf(moment);
            if (values != null) {
                // The row's own values are about to change.
                asOf[slot.index] = values == slot.theRow().values ? values.clone() : values;
            }
        }
        return asOf;
    }

    /** Optimiser state of the initial row. */
    float[] initialAccumulators() {
        return initialAccumulators;
    }
}
