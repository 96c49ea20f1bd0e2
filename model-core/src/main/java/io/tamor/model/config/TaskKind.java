package io.tamor.model.config;

/** What drives a task, and so which representations its tower reads. */
public enum TaskKind {
    /** Early in the funnel and driven by the item: click, conversion. */
    COMMON,
    /**
     * Driven by the user's means: investment, large investment, amount. Reads the user bias too.
     */
    USER_SPECIFIC,
    /** Independent of the item: the user's total investment in a period. */
    USER_BIAS
}
