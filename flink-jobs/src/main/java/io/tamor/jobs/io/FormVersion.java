package io.tamor.jobs.io;

import java.io.IOException;
import java.util.Locale;

/** The version that a stored form begins with. */
public final class FormVersion {
    private FormVersion() {}

    /**
     * Refuses a form that this build cannot read.
     *
     * @param what is stored
     * @param first the oldest version that is read
     * @param last the newest, which this build writes
     * @return the version found, in [first, last]
     */
    public static int require(String what, int first, int last, int found) throws IOException {
        if (found < first || found > last) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "%s: this build reads %s, found %d; restore with the build that wrote"
                                    + " it or a newer one",
                            what,
                            first == last ? "version " + last : "versions " + first + " to " + last,
                            found));
        }
        return found;
    }
}
