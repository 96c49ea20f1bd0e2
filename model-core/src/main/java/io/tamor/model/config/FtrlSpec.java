package io.tamor.model.config;

/**
 * FTRL-Proximal of embedding rows (McMahan et al., "Ad Click Prediction", KDD 2013, algorithm 1).
 *
 * @param alpha learning rate
 * @param beta smooths the first rates; usually 1
 * @param l1 weights whose sum stays below it are exactly 0
 * @param decay factor of the squared gradients' sum at each touch, in (0, 1]
 */
public record FtrlSpec(double alpha, double beta, double l1, double l2, double decay) {
    /** Notes what is wrong here. */
    void check(Problems problems) {
        problems.require(alpha > 0, "ftrl.alpha must be > 0, was " + alpha);
        problems.require(beta > 0, "ftrl.beta must be > 0, was " + beta);
        problems.require(l1 >= 0, "ftrl.l1 must be >= 0, was " + l1);
        problems.require(l2 >= 0, "ftrl.l2 must be >= 0, was " + l2);
        problems.require(decay > 0 && decay <= 1, "ftrl.decay must be in (0, 1], was " + decay);
    }
}
