package io.tamor.model.config;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * The complete description of a model: the same description and the same batches give the same
 * bits.
 *
 * @param tasks in funnel order; a task's index is its column everywhere
 * @param seed of the initial parameters
 */
public record ModelSpec(
        NetworkSpec network,
        InputSpec input,
        List<TaskSpec> tasks,
        OptimizerSpec optimizer,
        long seed) {
    /** Refuses a description that is not whole, naming every problem at once. */
    public ModelSpec {
        Problems.present(network, "network");
        Problems.present(input, "input");
        tasks = List.copyOf(Problems.present(tasks, "tasks"));
        optimizer =
                Objects.requireNonNullElseGet(
                        optimizer, () -> new OptimizerSpec(AdamSpec.DEFAULT, AdagradSpec.DEFAULT));
        Problems problems = new Problems();
        input.check(problems);
        problems.require(!tasks.isEmpty(), "tasks must not be empty");
        Set<String> names = new HashSet<>();
        for (TaskSpec task : tasks) {
            task.check(problems);
            problems.require(names.add(task.name()), "task " + task.name() + " is there twice");
        }
        network.check(problems, tasks);
        optimizer.check(problems);
        problems.throwIfAny("model description");
    }

    /** Index of the task of that name; an error names the tasks there are. */
    public int task(String name) {
        for (int t = 0; t < tasks.size(); t++) {
            if (tasks.get(t).name().equals(name)) {
                return t;
            }
        }
        throw new IllegalArgumentException(
                "task " + name + " is not among " + tasks.stream().map(TaskSpec::name).toList());
    }
}
