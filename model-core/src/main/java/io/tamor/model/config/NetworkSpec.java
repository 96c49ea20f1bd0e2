package io.tamor.model.config;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The network. A part that its type does not use must be absent, so that a description says only
 * what is computed.
 *
 * @param type one of {@link #TYPES}
 * @param encoding how a group's vector is selected; TAMOR only
 * @param ple extraction of TAMOR's sides or of the {@code ple} baseline
 * @param mmoe mixture of the {@code mmoe} baseline, or of TAMOR's sides in place of extraction
 * @param bias layer widths of TAMOR's user bias; empty: no user bias, user-bias tasks read the
 *     user's representation
 * @param tower layer widths of a task's tower
 * @param trunk layer widths of the {@code shared-bottom} baseline's bottom
 * @param labelTransfer present: label transfer along the funnel ({@code htlnet} always, {@code
 *     tamor} by choice)
 * @param gradientAdjustment present: the other tasks' shared gradients are adjusted to the amount's
 */
public record NetworkSpec(
        String type,
        Encoding encoding,
        @Nullable PleSpec ple,
        @Nullable MmoeSpec mmoe,
        List<Integer> bias,
        List<Integer> tower,
        List<Integer> trunk,
        @Nullable LabelTransferSpec labelTransfer,
        @Nullable GradientAdjustmentSpec gradientAdjustment,
        AmountLoss amountLoss,
        AblationSpec ablation) {
    /** TAMOR. */
    public static final String TAMOR = "tamor";

    /** Multi-gate mixture of experts over both inputs. */
    public static final String MMOE = "mmoe";

    /** Progressive layered extraction over both inputs. */
    public static final String PLE = "ple";

    /** One shared bottom under all towers. */
    public static final String SHARED_BOTTOM = "shared-bottom";

    /** A network per task. */
    public static final String SINGLE_TASK = "single-task";

    /** Towers over both inputs with label transfer. */
    public static final String HTLNET = "htlnet";

    /** Every known type. */
    public static final List<String> TYPES =
            List.of(TAMOR, MMOE, PLE, SHARED_BOTTOM, SINGLE_TASK, HTLNET);

    public NetworkSpec {
        Problems.present(type, "type");
        encoding = Objects.requireNonNullElse(encoding, Encoding.ONE_HOT);
        bias = List.copyOf(Objects.requireNonNullElse(bias, List.of()));
        tower = List.copyOf(Objects.requireNonNullElse(tower, List.of()));
        trunk = List.copyOf(Objects.requireNonNullElse(trunk, List.of()));
        amountLoss = Objects.requireNonNullElse(amountLoss, AmountLoss.SQUARED_LOG1P);
        ablation = Objects.requireNonNullElse(ablation, AblationSpec.NONE);
    }

    /** Notes what is wrong with this network and its fit with the tasks. */
    void check(Problems problems, List<TaskSpec> tasks) {
        problems.require(
                TYPES.contains(type), "network.type must be one of " + TYPES + ", was " + type);
        checkParts(problems);
        checkSizes(problems, "network.bias", bias, true);
        checkSizes(problems, "network.tower", tower, true);
        checkSizes(problems, "network.trunk", trunk, true);
        long amounts = tasks.stream().filter(t -> t.target() == Target.AMOUNT).count();
        if (labelTransfer != null) {
            labelTransfer.check(problems);
            problems.require(
                    !tower.isEmpty(),
                    "network.tower must not be empty with label_transfer: its first layer is the"
                            + " representation that is passed on");
            problems.require(
                    amounts <= 1,
                    "label_transfer takes at most one amount task, the chain's last, found "
                            + amounts);
        }
        if (gradientAdjustment != null) {
            gradientAdjustment.check(problems);
            problems.require(
                    amounts == 1,
                    "gradient_adjustment needs exactly one amount task as its core, found "
                            + amounts);
            problems.require(
                    gradientAdjustment.mode() != GradientAdjustmentSpec.Mode.REPRESENTATION
                            || List.of(TAMOR, HTLNET, SHARED_BOTTOM).contains(type),
                    "gradient_adjustment.mode representation needs a representation that all"
                            + " tasks share, which "
                            + type
                            + " has not; use parameters");
        }
    }

    private void checkParts(Problems problems) {
        boolean tamor = type.equals(TAMOR);
        if (tamor) {
            problems.require(
                    (ple == null) != (mmoe == null),
                    "network tamor needs exactly one of ple and mmoe for its sides");
        } else {
            part(problems, "ple", ple != null, type.equals(PLE));
            part(problems, "mmoe", mmoe != null, type.equals(MMOE));
            problems.require(bias.isEmpty(), "network." + type + " has no bias");
            problems.require(
                    ablation.equals(AblationSpec.NONE), "network." + type + " has no ablation");
            part(problems, "label_transfer", labelTransfer != null, type.equals(HTLNET));
        }
        part(problems, "trunk", !trunk.isEmpty(), type.equals(SHARED_BOTTOM));
        if (ple != null) {
            ple.check(problems);
        }
        if (mmoe != null) {
            mmoe.check(problems);
        }
    }

    private void part(Problems problems, String name, boolean present, boolean wanted) {
        problems.require(
                present == wanted,
                "network." + name + (wanted ? " is needed by " : " is not used by ") + type);
    }

    static void checkSizes(
            Problems problems, String name, List<Integer> sizes, boolean mayBeEmpty) {
        problems.require(mayBeEmpty || !sizes.isEmpty(), name + " must not be empty");
        problems.require(
                sizes.stream().allMatch(size -> size >= 1),
                name + " must hold widths >= 1, was " + sizes);
    }
}
