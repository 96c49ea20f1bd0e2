package io.tamor.model.network;

import io.tamor.model.config.Encoding;
import io.tamor.model.config.InputSpec;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.NetworkSpec;
import io.tamor.model.config.TaskKind;
import io.tamor.model.embedding.InputSide;
import io.tamor.model.embedding.Inputs;
import io.tamor.model.layer.Activations;
import io.tamor.model.layer.Mlp;
import io.tamor.model.ple.Extraction;
import io.tamor.model.ple.Mmoe;
import io.tamor.model.ple.Ple;
import io.tamor.model.tensor.Matrix;
import io.tamor.model.tensor.ParameterFactory;
import io.tamor.model.tensor.Passes;
import io.tamor.model.tensor.RowGroups;
import io.tamor.model.tier.SoftTiers;
import io.tamor.model.tier.TierAware;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * TAMOR below its towers (Min et al., ECML PKDD 2022): a tier-aware user representation r_u, a
 * scenario-aware item representation r_i, and the user bias b = mlp(r_u).
 *
 * <pre>
 * shared [B, Du + Di + Db] = [r_u; r_i; b]    common tasks read [r_u; r_i], user-specific tasks
 * all of it, user-bias tasks b</pre>
 *
 * Each side works on its rows sorted by group; the shared matrix is in batch order.
 */
final class TamorTrunk implements Trunk {
    private final SideTrunk user;
    private final SideTrunk item;
    private final @Nullable Mlp bias;
    private final @Nullable Activations biasActivations;
    private final boolean biasIsRead;
    private final boolean biasIsStopped;
    private final Matrix shared;
    private final Matrix dShared;
    private final Matrix userPart;
    private final Matrix dUserPart;
    private final Matrix itemPart;
    private final Matrix dItemPart;
    private final Matrix biasPart;
    private final Matrix dBiasPart;
    private final Matrix[] inputs;
    private final Matrix[] dInputs;

    TamorTrunk(ModelSpec spec, ParameterFactory factory, Inputs tables, int capacity) {
        NetworkSpec network = spec.network();
        InputSpec input = spec.input();
        int tiers = network.ablation().plainUser() ? 1 : input.tiers().size();
        int scenarios = network.ablation().plainItem() ? 1 : input.scenarios().size();
        user = new SideTrunk(network, factory, "user", tables.user(), tiers, capacity);
        item = new SideTrunk(network, factory, "item", tables.item(), scenarios, capacity);
        user.addEncoding(network, factory, "user");
        item.addEncoding(network, factory, "item");
        int du = user.width();
        int di = item.width();
        bias = network.bias().isEmpty() ? null : new Mlp(factory, "bias", du, network.bias());
        biasActivations = bias == null ? null : bias.activations(capacity);
        biasIsRead = bias != null && !network.ablation().noUserBias();
        biasIsStopped = network.ablation().stopBiasGradient();
        int db = biasIsRead ? Objects.requireNonNull(bias).outputs() : 0;
        shared = Matrix.zeros(capacity, du + di + db);
        dShared = Matrix.zeros(capacity, du + di + db);
        userPart = shared.columns(0, du);
        dUserPart = dShared.columns(0, du);
        itemPart = shared.columns(du, di);
        dItemPart = dShared.columns(du, di);
        biasPart = shared.columns(du + di, db);
        dBiasPart = dShared.columns(du + di, db);
        inputs = new Matrix[spec.tasks().size()];
        dInputs = new Matrix[inputs.length];
        Matrix common = shared.columns(0, du + di);
        Matrix dCommon = dShared.columns(0, du + di);
        for (int t = 0; t < inputs.length; t++) {
            TaskKind kind = spec.tasks().get(t).kind();
            inputs[t] =
                    switch (kind) {
                        case COMMON -> common;
                        case USER_SPECIFIC -> shared;
                        case USER_BIAS ->
                                biasActivations == null ? userPart : biasActivations.last();
                    };
            dInputs[t] =
                    switch (kind) {
                        case COMMON -> dCommon;
                        case USER_SPECIFIC -> dShared;
                        case USER_BIAS ->
                                biasActivations == null
                                        ? dUserPart
                                        : biasActivations.lastGradient();
                    };
        }
    }

    /** One side: its input, sorted by group, and its tier-aware representation. */
    private static final class SideTrunk {
        private final InputSide input;
        private final RowGroups groups;
        private final Extraction extraction;
        private TierAware tiers;
        private final Matrix x;
        private final Matrix dx;
        private final int capacity;

        SideTrunk(
                NetworkSpec network,
                ParameterFactory factory,
                String name,
                InputSide input,
                int groupCount,
                int capacity) {
            this.input = input;
            this.capacity = capacity;
            groups = new RowGroups(groupCount, capacity);
            boolean ownRows = network.encoding() == Encoding.ONE_HOT;
            int width = input.width();
            extraction =
                    network.ple() != null
                            ? new Ple(
                                    factory,
                                    name,
                                    width,
                                    network.ple(),
                                    groupCount,
                                    ownRows,
                                    capacity)
                            : new Mmoe(
                                    factory,
                                    name,
                                    width,
                                    Objects.requireNonNull(network.mmoe()),
                                    groupCount,
                                    ownRows,
                                    capacity);
            tiers = TierAware.oneHot(extraction);
            x = Matrix.zeros(capacity, width);
            dx = Matrix.zeros(capacity, width);
        }

        /** Apart from the constructor so that parameters come in the documented order. */
        void addEncoding(NetworkSpec network, ParameterFactory factory, String name) {
            if (network.encoding() == Encoding.SOFT) {
                tiers = new SoftTiers(factory, name, extraction, groups.groups(), capacity);
            }
        }

        int width() {
            return extraction.width();
        }

        /** Fills the first {@code rows} rows of {@code to}. */
        void forward(MiniBatch batch, int[] groupOfRow, int rows, Matrix to) {
            if (groups.groups() == 1) {
                groups.single(rows);
            } else {
                groups.sort(groupOfRow, rows);
            }
            input.assemble(
                    batch.allCategories(), batch.denseValues(), batch.denseCount(), groups, x);
            tiers.forward(x, groups);
            Passes.scatter(tiers.representation(), groups, to);
        }

        void backward(MiniBatch batch, Matrix dRepresentation, int lane) {
            Passes.gather(dRepresentation, groups, tiers.representationGradient());
            dx.clear(batch.size());
            tiers.backward(x, dx, groups);
            input.backward(batch.allCategories(), groups, dx, lane);
        }
    }

    @Override
    public void forward(MiniBatch batch) {
        int rows = batch.size();
        int userRows = batch.sharesUser() ? Math.min(1, rows) : rows;
        user.forward(batch, batch.tiers(), userRows, userPart);
        Passes.repeatFirstRow(userPart, userRows, rows);
        item.forward(batch, batch.scenarios(), rows, itemPart);
        if (bias != null && biasActivations != null) {
            bias.forward(userPart, biasActivations, 0, userRows);
            Passes.repeatFirstRow(biasActivations.last(), userRows, rows);
            if (biasIsRead) {
                Passes.copy(biasActivations.last(), biasPart, rows);
            }
        }
    }

    @Override
    public void clearGradients(int rows) {
        dShared.clear(rows);
        if (biasActivations != null) {
            biasActivations.lastGradient().clear(rows);
        }
    }

    @Override
    public void mergeGradients(int rows) {
        if (biasActivations != null && biasIsRead) {
            if (!biasIsStopped) {
                Passes.add(dBiasPart, biasActivations.lastGradient(), rows);
            }
            dBiasPart.clear(rows);
        }
    }

    @Override
    public List<Matrix> sharedGradients() {
        return biasActivations == null
                ? List.of(dShared)
                : List.of(dShared, biasActivations.lastGradient());
    }

    @Override
    public void backward(MiniBatch batch, int lane) {
        if (bias != null && biasActivations != null) {
            bias.backward(userPart, biasActivations, dUserPart, 0, batch.size());
        }
        user.backward(batch, dUserPart, lane);
        item.backward(batch, dItemPart, lane);
    }

    @Override
    public void learnStatistics(MiniBatch batch) {
        user.input.learnStatistics(batch.denseValues(), batch.denseCount(), batch.size());
        item.input.learnStatistics(batch.denseValues(), batch.denseCount(), batch.size());
    }

    @Override
    public Matrix input(int task) {
        return inputs[task];
    }

    @Override
    public Matrix inputGradient(int task) {
        return dInputs[task];
    }

    @Override
    public Map<String, Matrix> intermediates() {
        Map<String, Matrix> named = new LinkedHashMap<>();
        named.put("user_representation", userPart);
        named.put("item_representation", itemPart);
        if (biasActivations != null) {
            named.put("user_bias", biasActivations.last());
        }
        return named;
    }
}
