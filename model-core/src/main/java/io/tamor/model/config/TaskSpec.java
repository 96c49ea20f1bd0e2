package io.tamor.model.config;

/**
 * One prediction target.
 *
 * @param weight multiplies the task's loss; at least 0
 */
public record TaskSpec(String name, TaskKind kind, Target target, double weight) {
    public TaskSpec {
        Problems.present(name, "name");
        Problems.present(kind, "kind");
        Problems.present(target, "target");
    }

    /** Notes what is wrong with this task. */
    void check(Problems problems) {
        problems.require(!name.isBlank(), "a task's name must not be blank");
        problems.require(!name.contains("/"), "task " + name + ": a name must not contain '/'");
        problems.require(
                Double.isFinite(weight) && weight >= 0,
                "task " + name + ": weight must be finite and >= 0, was " + weight);
        problems.require(
                kind != TaskKind.USER_BIAS || target == Target.BINARY,
                "task " + name + ": a user-bias task must be binary, was " + target);
    }
}
