package io.tamor.jobs.learner;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.learner.logic.LearnerProgress;
import io.tamor.jobs.learner.logic.Quality;
import io.tamor.jobs.snapshot.Sha256;
import io.tamor.jobs.snapshot.SnapshotCandidate;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.ModelSpecJson;
import io.tamor.model.snapshot.Safetensors;
import io.tamor.model.training.Trainer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** Makes the files of the next version from the learner as it is. */
final class SnapshotAssembly {
    private static final String MODEL = "model.safetensors";
    private static final String MANIFEST = "manifest.json";

    private final Deployment deployment;
    private final ModelSpec spec;
    private final ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private long floor;

    SnapshotAssembly(Deployment deployment, ModelSpec spec) {
        this.deployment = deployment;
        this.spec = spec;
    }

    /** Versions made from now on are above this one. */
    void startAbove(long version) {
        floor = version;
    }

    /** The next version; the progress moves on to it. */
    SnapshotCandidate make(Trainer trainer, Quality quality, LearnerProgress progress)
            throws IOException {
        SnapshotCandidate candidate = new SnapshotCandidate();
        candidate.model = deployment.name();
        candidate.version = Math.max(progress.version, floor) + 1;
        candidate.parentVersion = progress.version;
        candidate.eventTimeMs = progress.trainedMs;
        candidate.softwareVersion = softwareVersion();
        ByteArrayOutputStream model = new ByteArrayOutputStream();
        Safetensors.write(model, new TreeMap<>(trainer.snapshotParameters()), Map.of());
        byte[] manifest = manifest(candidate, model.toByteArray(), progress);
        candidate.manifestSha256 = Sha256.hex(manifest);
        candidate.names = new String[] {MODEL, MANIFEST};
        candidate.contents = new byte[][] {model.toByteArray(), manifest};
        progress.version = candidate.version;
        progress.manifestSha256 = candidate.manifestSha256;
        progress.snapshotMs = progress.trainedMs;
        progress.snapshotSamples = progress.samples;
        return candidate;
    }

    private byte[] manifest(SnapshotCandidate candidate, byte[] model, LearnerProgress progress)
            throws JsonProcessingException {
        ObjectNode manifest = json.createObjectNode();
        manifest.put("version", candidate.version);
        manifest.put("parent", candidate.parentVersion);
        manifest.put("parent_sha256", progress.manifestSha256);
        manifest.put("model_sha256", Sha256.hex(model));
        manifest.set("model_spec", ModelSpecJson.tree(spec));
        manifest.put("samples", progress.samples);
        return json.writeValueAsBytes(manifest);
    }

    private static String softwareVersion() {
        String version = SnapshotAssembly.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
