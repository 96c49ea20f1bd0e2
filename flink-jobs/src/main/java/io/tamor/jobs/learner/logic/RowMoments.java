package io.tamor.jobs.learner.logic;

/**
 * The moments that users' rows are known as of: numbers that rise, 0 for none. To a learner alone
 * they are the versions; learners side by side count the moments at which all of them cut, since
 * they hear only later what became of each.
 */
public interface RowMoments {
    /** That of the live version. */
    long liveMoment();

    /** That of the version before it, while the live one is on trial. */
    long previousMoment();

    /** The last one there was. */
    long newestMoment();

    /** The first one of which a version may still be made. */
    long undecidedMoment();
}
