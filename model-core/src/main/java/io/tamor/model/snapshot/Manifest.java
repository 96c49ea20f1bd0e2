package io.tamor.model.snapshot;

import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.Problems;
import io.tamor.model.gate.GateReport;
import io.tamor.model.metric.MetricRow;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a snapshot is: manifest.json. It vouches for the other files of its folder by their hashes;
 * who has the manifest's own hash can trust the whole.
 *
 * @param formatVersion {@link #FORMAT_VERSION} where this build wrote it, else an older one
 * @param version generation of the snapshot, from 1, monotone
 * @param parent the version it follows; null for the first
 * @param startedFrom the snapshot of another series that its training started from; null where it
 *     started anew, or where what started it was older than this key
 * @param delta whether the folder holds only what changed since the parent: the dense parameters,
 *     and the embedding rows touched
 * @param softwareVersion version of the software that made it
 * @param files every other file of the folder, by name
 * @param modelSha256 hash of the model description's JSON text
 * @param model the model description
 * @param featureSchema fingerprint of the samples' features, as samples carry it
 * @param hashing how categories become row numbers
 * @param progress how far the training had come
 * @param metrics the figures when it was made
 * @param gate what the gate said; null where none was asked
 */
public record Manifest(
        int formatVersion,
        long version,
        @Nullable Parent parent,
        @Nullable Origin startedFrom,
        boolean delta,
        String softwareVersion,
        SortedMap<String, FileEntry> files,
        String modelSha256,
        ModelSpec model,
        String featureSchema,
        Hashing hashing,
        Progress progress,
        List<MetricRow> metrics,
        @Nullable GateReport gate) {
    /** The version of the format that is written. */
    public static final int FORMAT_VERSION = 3;

    /** The first version, which is read too, as are those between; see {@link ManifestJson}. */
    public static final int FIRST_FORMAT_VERSION = 1;

    /** Name of the manifest in its folder. */
    public static final String FILE = "manifest.json";

    /** Name of the parameters' file. */
    public static final String PARAMETERS_FILE = "model.safetensors";

    /** Name of a delta's file of parameters. */
    public static final String DELTA_FILE = "delta.safetensors";

    /** Name of the ONNX model, where there is one. */
    public static final String ONNX_FILE = "model.onnx";

    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    /** Refuses a manifest that is not whole, naming every problem at once. */
    public Manifest {
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
        metrics = List.copyOf(metrics);
        Problems problems = new Problems();
        problems.require(
                formatVersion >= FIRST_FORMAT_VERSION && formatVersion <= FORMAT_VERSION,
                "format_version must be in ["
                        + FIRST_FORMAT_VERSION
                        + ", "
                        + FORMAT_VERSION
                        + "], was "
                        + formatVersion);
        problems.require(!delta || parent != null, "a delta must have a parent");
        problems.require(version >= 1, "version must be >= 1, was " + version);
        if (parent != null) {
            problems.require(
                    parent.version() >= 1 && parent.version() < version,
                    "parent.version must be in [1, " + version + "), was " + parent.version());
            requireHash(problems, "parent.manifest_sha256", parent.manifestSha256());
        }
        if (startedFrom != null) {
            problems.require(
                    startedFrom.version() >= 1,
                    "started_from.version must be >= 1, was " + startedFrom.version());
            requireHash(problems, "started_from.manifest_sha256", startedFrom.manifestSha256());
        }
        String parameters = delta ? DELTA_FILE : PARAMETERS_FILE;
        problems.require(
                files.containsKey(parameters),
                "files must hold " + parameters + ", was " + files.keySet());
        for (Map.Entry<String, FileEntry> file : files.entrySet()) {
            checkFile(problems, file.getKey(), file.getValue());
        }
        requireHash(problems, "model_sha256", modelSha256);
        problems.require(!featureSchema.isBlank(), "feature_schema must not be blank");
        problems.require(!softwareVersion.isBlank(), "software_version must not be blank");
        problems.require(
                hashing.equals(Hashing.CURRENT),
                "hashing must be " + Hashing.CURRENT + ", was " + hashing);
        problems.require(
                progress.steps() >= 0 && progress.samples() >= 0,
                "progress must count from 0, was " + progress);
        problems.throwIfAny("manifest of snapshot " + version);
    }

    /** Name of the file that holds the parameters. */
    public String parametersFile() {
        return delta ? DELTA_FILE : PARAMETERS_FILE;
    }

    /** Whether the gate kept it from being published. */
    public boolean rejected() {
        return gate != null && !gate.passed();
    }

    private static void checkFile(Problems problems, String name, FileEntry entry) {
        String at = "files." + name;
        problems.require(
                FILE_NAME.matcher(name).matches() && !name.equals(FILE),
                at + ": a file must have a plain name other than " + FILE);
        problems.require(entry.bytes() >= 0, at + ".bytes must be >= 0, was " + entry.bytes());
        requireHash(problems, at + ".sha256", entry.sha256());
    }

    private static void requireHash(Problems problems, String key, String hash) {
        problems.require(
                HASH.matcher(hash).matches(), key + " must be 64 hex digits, was '" + hash + "'");
    }
}
