package io.tamor.model.config;

/**
 * Transfer of representations and labels along the funnel (HTLNet: Tang et al., RecSys 2024, arXiv
 * 2403.17442).
 *
 * @param labelDim width of a label embedding
 * @param fusionDim width of the fusion unit's value, query and key
 * @param temperature softmax temperature at step 0
 * @param temperatureDecay factor per step, in (0, 1]; 1 keeps the temperature
 * @param temperatureFloor the least temperature
 * @param gumbelNoise whether training adds Gumbel noise to the label embedding's logits
 */
public record LabelTransferSpec(
        int labelDim,
        int fusionDim,
        double temperature,
        double temperatureDecay,
        double temperatureFloor,
        boolean gumbelNoise) {
    /** Temperature at a training step: decayed geometrically down to the floor. */
    public double temperatureAt(long step) {
        double decayed = temperature * Math.pow(temperatureDecay, (double) step);
        return Math.max(decayed, Math.min(temperature, temperatureFloor));
    }

    /** Notes what is wrong here. */
    void check(Problems problems) {
        String at = "network.label_transfer.";
        problems.require(labelDim >= 1, at + "label_dim must be >= 1, was " + labelDim);
        problems.require(fusionDim >= 1, at + "fusion_dim must be >= 1, was " + fusionDim);
        problems.require(temperature > 0, at + "temperature must be > 0, was " + temperature);
        problems.require(
                temperatureDecay > 0 && temperatureDecay <= 1,
                at + "temperature_decay must be in (0, 1], was " + temperatureDecay);
        problems.require(
                temperatureFloor > 0,
                at + "temperature_floor must be > 0, was " + temperatureFloor);
    }
}
