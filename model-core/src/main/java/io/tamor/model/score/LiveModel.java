package io.tamor.model.score;

import io.tamor.model.config.FieldSpec;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.embedding.Categories;
import io.tamor.model.embedding.EmbeddingTable;
import io.tamor.model.network.MiniBatch;
import io.tamor.model.network.Network;
import io.tamor.model.network.Networks;
import io.tamor.model.snapshot.Snapshot;
import io.tamor.model.training.SnapshotParameters;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;

/** One version of the model, in as many copies as may score at a time. */
final class LiveModel {
    private final long version;
    private final ModelSpec spec;
    private final Semaphore permits;
    private final Deque<Network> free = new ConcurrentLinkedDeque<>();

    LiveModel(Snapshot snapshot, int capacity, int replicas) {
        version = snapshot.manifest().version();
        spec = snapshot.manifest().model();
        permits = new Semaphore(replicas);
        for (int i = 0; i < replicas; i++) {
            Network network = Networks.create(spec, capacity);
            new SnapshotParameters(network).load(snapshot.parameters());
            network.atStep(snapshot.manifest().progress().steps());
            free.push(network);
        }
    }

    long version() {
        return version;
    }

    ModelSpec spec() {
        return spec;
    }

    Scores score(MiniBatch batch, List<ExternalRows> external) {
        permits.acquireUninterruptibly();
        try {
            Network network = Objects.requireNonNull(free.poll(), "a permit is a free network");
            try {
                load(network, batch, external);
                network.forward(batch);
                return Scores.copy(version, network, batch.size());
            } finally {
                free.push(network);
            }
        } finally {
            permits.release();
        }
    }

    /** Every slot that the batch names must be given: a slot keeps what the last batch left. */
    private void load(Network network, MiniBatch batch, List<ExternalRows> external) {
        List<FieldSpec> fields = spec.input().fields();
        for (int f = 0; f < fields.size(); f++) {
            FieldSpec field = fields.get(f);
            if (field.external()) {
                ExternalRows rows = rowsOf(field, external);
                int slots = rows.length() / field.dim();
                int named = slotsNamed(batch, f);
                if (rows.length() % field.dim() != 0 || slots < named || slots > field.rows()) {
                    throw new IllegalArgumentException(
                            "field "
                                    + field.name()
                                    + " needs "
                                    + named
                                    + " to "
                                    + field.rows()
                                    + " rows of "
                                    + field.dim()
                                    + " values, were "
                                    + rows.length()
                                    + " values");
                }
                EmbeddingTable table = network.inputs().tables().get(f);
                rows.copyTo(table.rows(), field.dim(), table.stride());
            }
        }
    }

    private static ExternalRows rowsOf(FieldSpec field, List<ExternalRows> external) {
        for (ExternalRows rows : external) {
            if (rows.field().equals(field.name())) {
                return rows;
            }
        }
        throw new IllegalArgumentException(
                "field "
                        + field.name()
                        + " is external: its rows must come with the batch; given were "
                        + external.stream().map(ExternalRows::field).toList());
    }

    private static int slotsNamed(MiniBatch batch, int field) {
        Categories categories = batch.categories(field);
        int named = 0;
        for (int row = 0; row < batch.size(); row++) {
            for (int i = 0; i < categories.count(row); i++) {
                named = Math.max(named, categories.get(row, i) + 1);
            }
        }
        return named;
    }
}
