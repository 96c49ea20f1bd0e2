package io.tamor.quickstart.run;

/** Tells people how far a run is; never writes to standard output. */
public interface ProgressReporter {
    /** Begins a stage of about so many steps; closing it ends it. */
    Stage stage(String name, long expectedCount, String unit);

    /** A line of its own. */
    void line(String text);

    /** A stage under way. */
    interface Stage extends AutoCloseable {
        /** So many steps are done. */
        void at(long count);

        @Override
        void close();
    }
}
