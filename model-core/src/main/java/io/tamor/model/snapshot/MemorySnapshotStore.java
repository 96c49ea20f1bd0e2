package io.tamor.model.snapshot;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A snapshot in memory, for one that is to be staged as bytes. Not thread-safe. */
public final class MemorySnapshotStore implements SnapshotStore {
    private final SortedMap<String, byte[]> files = new TreeMap<>();
    private final String where;

    private final Map<String, MemorySnapshotStore> siblings;

    /** An empty folder that errors call {@code where}. */
    public MemorySnapshotStore(String where) {
        this(where, Map.of());
    }

    /** The same beside others, by their names; the map is the caller's and may grow. */
    public MemorySnapshotStore(String where, Map<String, MemorySnapshotStore> siblings) {
        this.where = where;
        this.siblings = siblings;
    }

    @Override
    public OutputStream create(String name) throws IOException {
        if (files.containsKey(name)) {
            throw new FileAlreadyExistsException(where + "/" + name);
        }
        return new ByteArrayOutputStream() {
            @Override
            public void close() {
                files.put(name, toByteArray());
            }
        };
    }

    @Override
    public InputStream open(String name) throws IOException {
        byte[] bytes = files.get(name);
        if (bytes == null) {
            throw new FileNotFoundException(where + "/" + name);
        }
        return new ByteArrayInputStream(bytes);
    }

    @Override
    public List<String> list() {
        return List.copyOf(files.keySet());
    }

    @Override
    public SnapshotStore sibling(String name) {
        MemorySnapshotStore sibling = siblings.get(name);
        return sibling == null ? new MemorySnapshotStore(name) : sibling;
    }

    @Override
    public String where() {
        return where;
    }

    /** The files' bytes by name; not copies. */
    public SortedMap<String, byte[]> files() {
        return Collections.unmodifiableSortedMap(files);
    }
}
