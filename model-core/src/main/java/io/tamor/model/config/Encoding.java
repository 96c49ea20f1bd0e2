package io.tamor.model.config;

/** How a sample's tier or scenario selects among the groups' vectors. */
public enum Encoding {
    /** The sample's own group alone; only that group's experts run. */
    ONE_HOT,
    /** A learned softmax over all groups, started near the own group. */
    SOFT
}
