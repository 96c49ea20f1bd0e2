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
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A snapshot's folder: {@code model.safetensors}, {@code manifest.json}, further files where there
 * are any. The manifest is written last, so that a folder with one is whole.
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
        String modelSha256 = ManifestJson.modelSha256(content.model());
        Map<String, String> metadata =
                Map.of(
                        VERSION_KEY,
                        Long.toString(content.lineage().version()),
                        MODEL_KEY,
                        modelSha256);
        SortedMap<String, FileEntry> files = new TreeMap<>();
        files.put(
                Manifest.PARAMETERS_FILE,
                writeFile(
                        Manifest.PARAMETERS_FILE,
                        out -> Safetensors.write(out, content.parameters(), metadata)));
        for (Map.Entry<String, SnapshotFile> file : new TreeMap<>(further).entrySet()) {
            files.put(file.getKey(), writeFile(file.getKey(), file.getValue()));
        }
        Manifest manifest =
                new Manifest(
                        Manifest.FORMAT_VERSION,
                        content.lineage().version(),
                        content.lineage().parent(),
                        content.lineage().softwareVersion(),
                        files,
                        modelSha256,
                        content.model(),
                        content.featureSchema(),
                        Hashing.CURRENT,
                        content.progress(),
                        content.metrics());
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

    private byte[] manifestBytes() throws IOException {
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
     * that no manifest vouches for, and whether the parameters fit the model. Empty if it is whole.
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
                readParameters(manifest);
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

    /** Reads the snapshot, refusing whatever {@link #verify} would find. */
    public Snapshot load() throws IOException {
        byte[] bytes = manifestBytes();
        Manifest manifest = ManifestJson.read(bytes, where(Manifest.FILE));
        for (Map.Entry<String, FileEntry> file : manifest.files().entrySet()) {
            if (!file.getKey().equals(Manifest.PARAMETERS_FILE)) {
                List<String> problems = verifyFile(file.getKey(), file.getValue());
                if (!problems.isEmpty()) {
                    throw new IOException(problems.get(0) + DAMAGED);
                }
            }
        }
        return new Snapshot(manifest, Sha256.hex(bytes), readParameters(manifest).tensors());
    }

    /** Reads the snapshot if its manifest has the hash that was announced. */
    public Snapshot load(String manifestSha256) throws IOException {
        String found = manifestSha256();
        if (!found.equals(manifestSha256)) {
            throw new IOException(
                    where(Manifest.FILE)
                            + " has hash "
                            + found
                            + ", announced was "
                            + manifestSha256);
        }
        return load();
    }

    private Safetensors readParameters(Manifest manifest) throws IOException {
        String where = where(Manifest.PARAMETERS_FILE);
        FileEntry entry = manifest.files().getOrDefault(Manifest.PARAMETERS_FILE, NONE);
        Safetensors read;
        MessageDigest digest = Sha256.digest();
        // Hashed as they are read: what is used is what the manifest vouches for.
        try (InputStream stored = new BufferedInputStream(store.open(Manifest.PARAMETERS_FILE));
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
        try {
            ParameterShapes.of(manifest.model())
                    .problems(read.tensors())
                    .throwIfAny("snapshot " + manifest.version());
        } catch (IllegalArgumentException e) {
            throw new IOException(where + ": " + e.getMessage(), e);
        }
        return read;
    }

    private static void requireSame(String where, Safetensors file, String key, String wanted)
            throws IOException {
        String found = file.metadata().get(key);
        if (!wanted.equals(found)) {
            throw new IOException(
                    where + ": metadata " + key + " is " + found + ", the manifest says " + wanted);
        }
    }

    private String where(String name) {
        return store.where() + "/" + name;
    }
}
