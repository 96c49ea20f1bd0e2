package io.tamor.jobs.timeline.logic;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The subscriptions that one label set attributes to an impression. Where redemptions retract, each
 * is kept with what is left of it for as long as it can be retracted; else their sum and the
 * largest suffice.
 */
final class Attributed {
    long amountMinor;
    long largestMinor;

    /** In event order; empty where redemptions are ignored. */
    final List<Lot> lots = new ArrayList<>(0);

    /** One subscription; copies in several impressions have one number. */
    static final class Lot {
        final long number;
        final long item;
        final int scenario;
        long leftMinor;

        Lot(long number, long item, int scenario, long leftMinor) {
            this.number = number;
            this.item = item;
            this.scenario = scenario;
            this.leftMinor = leftMinor;
        }
    }

    Attributed copy() {
        Attributed copy = new Attributed();
        copy.amountMinor = amountMinor;
        copy.largestMinor = largestMinor;
        for (Lot lot : lots) {
            copy.lots.add(new Lot(lot.number, lot.item, lot.scenario, lot.leftMinor));
        }
        return copy;
    }

    void add(long subscribedMinor) {
        amountMinor = Amounts.sum(amountMinor, subscribedMinor);
        largestMinor = Math.max(largestMinor, subscribedMinor);
    }

    /** Takes a redeemed part out of a lot. */
    void retract(Lot lot, long takenMinor) {
        lot.leftMinor -= takenMinor;
        amountMinor -= takenMinor;
        largestMinor = 0;
        for (Lot left : lots) {
            largestMinor = Math.max(largestMinor, left.leftMinor);
        }
    }

    void write(DataOutput out) throws IOException {
        VarLong.write(out, amountMinor);
        VarLong.write(out, largestMinor);
        VarLong.write(out, lots.size());
        for (Lot lot : lots) {
            VarLong.write(out, lot.number);
            out.writeLong(lot.item);
            out.writeInt(lot.scenario);
            VarLong.write(out, lot.leftMinor);
        }
    }

    static Attributed read(DataInput in, boolean withLots) throws IOException {
        Attributed attributed = new Attributed();
        attributed.amountMinor = VarLong.read(in);
        attributed.largestMinor = VarLong.read(in);
        for (long left = withLots ? VarLong.read(in) : 0; left > 0; left--) {
            attributed.lots.add(
                    new Lot(VarLong.read(in), in.readLong(), in.readInt(), VarLong.read(in)));
        }
        return attributed;
    }
}
