package io.tamor.model.network;

import io.tamor.model.config.LabelTransferSpec;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.NetworkSpec;
import io.tamor.model.config.Target;
import io.tamor.model.config.TaskKind;
import io.tamor.model.config.TaskSpec;
import io.tamor.model.layer.LabelEmbedding;
import io.tamor.model.loss.Loss;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.ParameterFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The towers of all tasks over a trunk, with label transfer along the chain where there is one. */
final class TaskHeads {
    /**
     * One task's tower.
     *
     * @param transfer what it takes over; null for the chain's first task and outside the chain
     * @param label what it hands on; null for the chain's last task and outside the chain
     */
    private record Head(
            int task,
            Loss loss,
            Tower tower,
            @Nullable LabelTransfer transfer,
            @Nullable LabelEmbedding label) {}

    private final Trunk trunk;
    private final Head[] byTask;
    private final List<Head> inOrder = new ArrayList<>();

    TaskHeads(ModelSpec spec, ParameterFactory factory, Trunk trunk, int capacity) {
        this.trunk = trunk;
        NetworkSpec network = spec.network();
        LabelTransferSpec transfer = network.labelTransfer();
        byTask = new Head[spec.tasks().size()];
        List<Integer> chain = transfer == null ? List.of() : chain(spec.tasks());
        List<Tower> towers = new ArrayList<>();
        List<LabelEmbedding> labels = new ArrayList<>();
        for (int i = 0; i < chain.size(); i++) {
            int t = chain.get(i);
            String name = "task/" + spec.tasks().get(t).name();
            int inputs = trunk.input(t).columns();
            LabelTransfer taken = null;
            if (transfer != null && i > 0) {
                taken =
                        new LabelTransfer(
                                factory, name, transfer, inputs, towers, labels, capacity);
                inputs = taken.input().columns();
            }
            Loss loss = Loss.of(spec.tasks().get(t).target(), network.amountLoss());
            Tower tower =
                    new Tower(factory, name, inputs, network.tower(), loss.outputs(), capacity);
            LabelEmbedding label = null;
            if (transfer != null && i < chain.size() - 1) {
                label = new LabelEmbedding(factory, name + "/label", transfer.labelDim(), capacity);
                labels.add(label);
            }
            towers.add(tower);
            add(new Head(t, loss, tower, taken, label));
        }
        for (int t = 0; t < byTask.length; t++) {
            if (!chain.contains(t)) {
                TaskSpec task = spec.tasks().get(t);
                Loss loss = Loss.of(task.target(), network.amountLoss());
                boolean headOnly =
                        network.type().equals(NetworkSpec.TAMOR)
                                && task.kind() == TaskKind.USER_BIAS;
                Tower tower =
                        new Tower(
                                factory,
                                "task/" + task.name(),
                                trunk.input(t).columns(),
                                headOnly ? List.of() : network.tower(),
                                loss.outputs(),
                                capacity);
                add(new Head(t, loss, tower, null, null));
            }
        }
    }

    private void add(Head head) {
        byTask[head.task] = head;
        inOrder.add(head);
    }

    /** Every task that is not user-bias, in the order given, the amount last. */
    static List<Integer> chain(List<TaskSpec> tasks) {
        List<Integer> chain = new ArrayList<>();
        for (Target target : List.of(Target.BINARY, Target.AMOUNT)) {
            for (int t = 0; t < tasks.size(); t++) {
                if (tasks.get(t).kind() != TaskKind.USER_BIAS && tasks.get(t).target() == target) {
                    chain.add(t);
                }
            }
        }
        return chain;
    }

    /** Fills every tower's outputs, predecessors first. */
    void forward(double temperature, @Nullable SplittableRandom noise, int rows) {
        for (int i = 0; i < inOrder.size(); i++) {
            Head head = inOrder.get(i);
            Matrix input = trunk.input(head.task);
            if (head.transfer != null) {
                input = head.transfer.forward(input, rows);
            }
            head.tower.forward(input, rows);
            if (head.label != null) {
                head.label.forward(head.tower.outputs(), temperature, noise, rows);
            }
        }
    }

    /** Back from a task's output gradient; adds to the gradient of its trunk input. */
    void backward(int task, int rows) {
        Head head = byTask[task];
        Matrix dInput = trunk.inputGradient(task);
        if (head.transfer == null) {
            head.tower.backward(trunk.input(task), dInput, rows);
        } else {
            LabelTransfer transfer = head.transfer;
            head.tower.backward(transfer.input(), transfer.clearedGradient(rows), rows);
            transfer.backward(dInput, rows);
        }
    }

    Loss loss(int task) {
        return byTask[task].loss;
    }

    Matrix outputs(int task) {
        return byTask[task].tower.outputs();
    }

    Matrix outputGradient(int task) {
        return byTask[task].tower.outputGradient();
    }
}
