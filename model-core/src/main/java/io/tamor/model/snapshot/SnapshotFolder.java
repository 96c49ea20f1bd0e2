package io.tamor.model.snapshot;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A snapshot's folder: {@code model.safetensors}, {@code manifest.json}, further files where there
 * are any. The manifest is written last, so that a folder with one is whole. A delta has {@code
 * delta.safetensors} instead, and is read together with the versions it builds on, which are its
 * siblings.
 */
public final class SnapshotFolder {
    private static final String VERSION_KEY = "tamor.version";
    private static final String MODEL_KEY = "tamor.model_sha256";
    private static final long LONGEST_MANIFEST = 64L << 20;

    private static final String DAMAGED = "; the snapshot is damaged, fetch it again";
    private static final FileEntry NONE = new FileEntry(0, "");

    private final SnapshotStore store;

    public SnapshotFolder(SnapshotStore store) {
        this.store = store;
    }

    /** The name of a version's folder among its siblings. */
    public static String name(long version) {
        return String.format(Locale.ROOT, "v%08d", version);
    }

    /** Writes a snapshot without further files; see {@link #write(SnapshotContent, Map)}. */
    public String write(SnapshotContent content) throws IOException {
        return write(content, Map.of());
    }

    /**
     * Writes a snapshot. Whether the parameters fit the model is checked by who reads it.
     *
     * @param further further files by name
     * @return hash of the manifest
     */
    public String write(SnapshotContent content, Map<String, SnapshotFile> further)
            throws IOException {
        return write(content, false, content.parameters(), further);
    }

    /**
     * Writes what changed since the parent: the dense parameters and some rows of the tables.
     *
     * @param content whole; its lineage has the parent
     * @param changedRows per embedding table the rows that may differ from the parent's; a table
     *     that is not named is unchanged
     * @return hash of the manifest
     */
    public String writeDelta(SnapshotContent content, Map<String, BitSet> changedRows)
            throws IOException {
        return write(content, true, Delta.of(content.parameters(), changedRows), Map.of());
    }

    private String write(
            SnapshotContent content,
            boolean delta,
            Map<String, INDArray> tensors,
            Map<String, SnapshotFile> further)
            throws IOException {
        String modelSha256 = ManifestJson.modelSha256(content.model());
        Map<String, String> metadata =
                Map.of(
                        VERSION_KEY,
                        Long.toString(content.lineage().version()),
                        MODEL_KEY,
                        modelSha256);
        String parameters = delta ? Manifest.DELTA_FILE : Manifest.PARAMETERS_FILE;
        SortedMap<String, FileEntry> files = new TreeMap<>();
        files.put(
                parameters,
                writeFile(parameters, out -> Safetensors.write(out, tensors, metadata)));
        for (Map.Entry<String, SnapshotFile> file : new TreeMap<>(further).entrySet()) {
            files.put(file.getKey(), writeFile(file.getKey(), file.getValue()));
        }
        Manifest manifest =
                new Manifest(
                        Manifest.FORMAT_VERSION,
                        content.lineage().version(),
                        content.lineage().parent(),
                        content.lineage().startedFrom(),
                        delta,
                        content.lineage().softwareVersion(),
                        files,
                        modelSha256,
                        content.model(),
                        content.featureSchema(),
                        Hashing.CURRENT,
                        content.progress(),
                        content.metrics(),
                        content.gate());
        byte[] bytes = ManifestJson.write(manifest);
        writeFile(Manifest.FILE, out -> out.write(bytes));
        return Sha256.hex(bytes);
    }

    private FileEntry writeFile(String name, SnapshotFile file) throws IOException {
        MessageDigest digest = Sha256.digest();
        try (OutputStream stored = new BufferedOutputStream(store.create(name), 1 << 16);
                CountingStream counted = new CountingStream(stored);
                DigestOutputStream out = new DigestOutputStream(counted, digest)) {
            file.write(out);
            out.flush();
            return new FileEntry(counted.count(), Sha256.text(digest));
        }
    }

    /** Reads the manifest alone; the other files are not looked at. */
    public Manifest manifest() throws IOException {
        return ManifestJson.read(manifestBytes(), where(Manifest.FILE));
    }

    /** Hash of the manifest's bytes. */
    public String manifestSha256() throws IOException {
        return Sha256.hex(manifestBytes());
    }

    byte[] manifestBytes() throws IOException {
        try (InputStream in = store.open(Manifest.FILE)) {
            byte[] bytes = in.readNBytes((int) LONGEST_MANIFEST);
            if (bytes.length == LONGEST_MANIFEST) {
                throw new IOException(
                        where(Manifest.FILE) + " is longer than " + LONGEST_MANIFEST + " bytes");
            }
            return bytes;
        }
    }

    /**
     * Everything that is wrong with the snapshot: the manifest, each file's size and hash, files
     * that no manifest vouches for, whether the parameters fit the model and, for a delta, whether
     * every version it builds on is there and whole. Empty if nothing is wrong.
     */
    public List<String> verify() throws IOException {
        List<String> problems = new ArrayList<>();
        Manifest manifest;
        try {
            manifest = manifest();
        } catch (IOException e) {
            problems.add(String.valueOf(e.getMessage()));
            return problems;
        }
        TreeSet<String> unknown = new TreeSet<>(store.list());
        unknown.remove(Manifest.FILE);
        unknown.removeAll(manifest.files().keySet());
        if (!unknown.isEmpty()) {
            problems.add(store.where() + ": the manifest does not know the files " + unknown);
        }
        for (Map.Entry<String, FileEntry> file : manifest.files().entrySet()) {
            problems.addAll(verifyFile(file.getKey(), file.getValue()));
        }
        if (problems.isEmpty()) {
            try {
                parameters(manifest);
            } catch (IOException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
        }
        return problems;
    }

    private List<String> verifyFile(String name, FileEntry wanted) {
        FileEntry found;
        try (InputStream in = store.open(name)) {
            found = Sha256.entry(in);
        } catch (IOException e) {
            return List.of(where(name) + " cannot be read: " + e);
        }
        if (found.equals(wanted)) {
            return List.of();
        }
        return List.of(
                where(name)
                        + " has "
                        + found.bytes()
                        + " bytes and hash "
                        + found.sha256()
                        + ", the manifest says "
                        + wanted.bytes()
                        + " and "
                        + wanted.sha256());
    }

    /**
     * Reads the snapshot, refusing whatever {@link #verify} would find. A delta is read after the
     * versions it builds on, each verified by the hash that its child names.
     */
    public Snapshot load() throws IOException {
        return load(manifestBytes());
    }

    private Snapshot load(byte[] bytes) throws IOException {
        Manifest manifest = ManifestJson.read(bytes, where(Manifest.FILE));
        for (Map.Entry<String, FileEntry> file : manifest.files().entrySet()) {
            if (!file.getKey().equals(manifest.parametersFile())) {
                List<String> problems = verifyFile(file.getKey(), file.getValue());
                if (!problems.isEmpty()) {
                    throw new IOException(problems.get(0) + DAMAGED);
                }
            }
        }
        return new Snapshot(manifest, Sha256.hex(bytes), parameters(manifest));
    }

    /** Reads the snapshot if its manifest has the hash that was announced. */
    public Snapshot load(String manifestSha256) throws IOException {
        byte[] bytes = manifestBytes(); // once: what is read is what was compared
        String found = Sha256.hex(bytes);
        if (!found.equals(manifestSha256)) {
            throw new IOException(
                    where(Manifest.FILE)
                            + " has hash "
                            + found
                            + ", announced was "
                            + manifestSha256);
        }
        return load(bytes);
    }

    private SortedMap<String, INDArray> parameters(Manifest manifest) throws IOException {
        ParameterShapes shapes = ParameterShapes.of(manifest.model());
        List<SnapshotChain.Link> chain = SnapshotChain.whole(this, manifest);
        SnapshotChain.Link full = chain.get(0);
        Safetensors base = full.folder().readParameters(full.manifest());
        try {
            shapes.problems(base.tensors()).throwIfAny("snapshot " + full.manifest().version());
            SortedMap<String, INDArray> parameters = new TreeMap<>(base.tensors());
            for (SnapshotChain.Link delta : chain.subList(1, chain.size())) {
                Safetensors changes = delta.folder().readParameters(delta.manifest());
                Delta.apply(changes.tensors(), parameters, shapes);
            }
            return parameters;
        } catch (IllegalArgumentException e) {
            throw new IOException(where(manifest.parametersFile()) + ": " + e.getMessage(), e);
        }
    }

    private Safetensors readParameters(Manifest manifest) throws IOException {
        String where = where(manifest.parametersFile());
        FileEntry entry = manifest.files().getOrDefault(manifest.parametersFile(), NONE);
        Safetensors read;
        MessageDigest digest = Sha256.digest();
        // Hashed as they are read: what is used is what the manifest vouches for.
        try (InputStream stored = new BufferedInputStream(store.open(manifest.parametersFile()));
                InputStream in = new DigestInputStream(stored, digest)) {
            read = Safetensors.read(in, entry.bytes(), where);
        }
        String found = Sha256.text(digest);
        if (!found.equals(entry.sha256())) {
            throw new IOException(
                    where
                            + " has hash "
                            + found
                            + ", the manifest says "
                            + entry.sha256()
                            + DAMAGED);
        }
        requireSame(where, read, VERSION_KEY, Long.toString(manifest.version()));
        requireSame(where, read, MODEL_KEY, manifest.modelSha256());
        return read;
    }

    /** The folder of another version of the series. */
    SnapshotFolder sibling(long version) throws IOException {
        return new SnapshotFolder(store.sibling(name(version)));
    }

    private static void requireSame(String where, Safetensors file, String key, String wanted)
            throws IOException {
        String found = file.metadata().get(key);
        if (!wanted.equals(found)) {
            throw new IOException(
                    where + ": metadata " + key + " is " + found + ", the manifest says " + wanted);
        }
    }

    String where(String name) {
        return store.where() + "/" + name;
    }
}
