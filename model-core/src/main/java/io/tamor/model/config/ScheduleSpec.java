package io.tamor.model.config;

/**
 * A factor of every learning rate over the steps: a linear rise, then the shape down to the floor.
 *
 * @param warmupSteps steps of the linear rise from 1/(warmup + 1) to 1
 * @param decaySteps steps of the shape after the rise; unused by {@link Shape#CONSTANT}
 * @param floor the least factor after the rise, in [0, 1]
 */
public record ScheduleSpec(Shape shape, long warmupSteps, long decaySteps, double floor) {
    /** Always 1. */
    public static final ScheduleSpec CONSTANT = new ScheduleSpec(Shape.CONSTANT, 0, 0, 1);

    public ScheduleSpec {
        Problems.present(shape, "shape");
    }

    /** How the factor falls after the rise. */
    public enum Shape {
        CONSTANT,
        /** Straight down. */
        LINEAR,
        /** Half a cosine (Loshchilov and Hutter, ICLR 2017, without restarts). */
        COSINE,
        /** sqrt(decay steps / (decay steps + steps after the rise)): never ends, for streams. */
        INVERSE_SQUARE_ROOT
    }

    /** The factor at a step, counted from 0. */
    public double factor(long step) {
        if (step < warmupSteps) {
            return (step + 1.0) / (warmupSteps + 1.0);
        }
        double after = (double) (step - warmupSteps);
        double progress = decaySteps > 0 ? Math.min(1, after / decaySteps) : 1;
        double factor =
                switch (shape) {
                    case CONSTANT -> 1;
                    case LINEAR -> 1 - progress;
                    case COSINE -> 0.5 * (1 + Math.cos(Math.PI * progress));
                    case INVERSE_SQUARE_ROOT -> Math.sqrt(decaySteps / (decaySteps + after));
                };
        return shape == Shape.CONSTANT ? 1 : Math.max(floor, factor);
    }

    /** Notes what is wrong here. */
    void check(Problems problems) {
        problems.require(
                warmupSteps >= 0, "schedule.warmup_steps must be >= 0, was " + warmupSteps);
        problems.require(
                shape == Shape.CONSTANT || decaySteps > 0,
                "schedule.decay_steps must be > 0 for " + shape + ", was " + decaySteps);
        problems.require(
                floor >= 0 && floor <= 1, "schedule.floor must be in [0, 1], was " + floor);
    }
}
