package io.tamor.model.snapshot;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** A snapshot in a folder of the local file system, made when the first file is. */
public final class LocalSnapshotStore implements SnapshotStore {
    private final Path folder;

    public LocalSnapshotStore(Path folder) {
        this.folder = folder;
    }

    @Override
    public OutputStream create(String name) throws IOException {
        Files.createDirectories(folder);
        return Files.newOutputStream(
                folder.resolve(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    @Override
    public InputStream open(String name) throws IOException {
        return Files.newInputStream(folder.resolve(name));
    }

    @Override
    public List<String> list() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
        }
    }

    @Override
    public SnapshotStore sibling(String name) {
        return new LocalSnapshotStore(folder.toAbsolutePath().resolveSibling(name));
    }

    @Override
    public String where() {
        return folder.toString();
    }
}
