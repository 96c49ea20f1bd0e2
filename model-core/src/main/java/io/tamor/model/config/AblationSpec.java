package io.tamor.model.config;

/**
 * Parts of TAMOR that a study may take away. All false is TAMOR itself.
 *
 * @param plainUser the user side has one group for all tiers
 * @param plainItem the item side has one group for all scenarios
 * @param noUserBias user-specific tasks do not read the user bias
 * @param stopBiasGradient user-specific tasks read the user bias without training it
 */
public record AblationSpec(
        boolean plainUser, boolean plainItem, boolean noUserBias, boolean stopBiasGradient) {
    /** Nothing taken away. */
    public static final AblationSpec NONE = new AblationSpec(false, false, false, false);
}
