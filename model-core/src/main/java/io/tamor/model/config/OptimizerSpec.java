package io.tamor.model.config;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The update rules: Adam for dense parameters; for embedding rows Adagrad, or FTRL-Proximal where
 * present.
 */
public record OptimizerSpec(
        AdamSpec adam, AdagradSpec adagrad, @Nullable FtrlSpec ftrl, ScheduleSpec schedule) {
    public OptimizerSpec {
        adam = Objects.requireNonNullElse(adam, AdamSpec.DEFAULT);
        adagrad = Objects.requireNonNullElse(adagrad, AdagradSpec.DEFAULT);
        schedule = Objects.requireNonNullElse(schedule, ScheduleSpec.CONSTANT);
    }

    /** Adam and Adagrad at constant rates. */
    public OptimizerSpec(AdamSpec adam, AdagradSpec adagrad) {
        this(adam, adagrad, null, ScheduleSpec.CONSTANT);
    }

    /** Notes what is wrong here. */
    void check(Problems problems) {
        adam.check(problems);
        adagrad.check(problems);
        if (ftrl != null) {
            ftrl.check(problems);
        }
        schedule.check(problems);
    }
}
