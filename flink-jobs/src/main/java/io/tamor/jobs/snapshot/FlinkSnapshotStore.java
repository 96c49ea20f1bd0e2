package io.tamor.jobs.snapshot;

import io.tamor.model.snapshot.SnapshotStore;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;

/** The folder of one snapshot on any file system that Flink has a plugin for. */
public final class FlinkSnapshotStore implements SnapshotStore {
    private final Path folder;
    private final FileSystem files;

    public FlinkSnapshotStore(Path folder) throws IOException {
        this.folder = folder;
        this.files = folder.getFileSystem();
    }

    @Override
    public OutputStream create(String name) throws IOException {
        return files.create(new Path(folder, name), WriteMode.NO_OVERWRITE);
    }

    @Override
    public InputStream open(String name) throws IOException {
        return files.open(new Path(folder, name));
    }

    @Override
    public List<String> list() throws IOException {
        FileStatus[] found;
        try {
            found = files.listStatus(folder);
        } catch (FileNotFoundException e) {
            return List.of();
        }
        return found == null
                ? List.of()
                : Arrays.stream(found).map(status -> status.getPath().getName()).sorted().toList();
    }

    @Override
    public SnapshotStore sibling(String name) throws IOException {
        return new FlinkSnapshotStore(new Path(folder.getParent(), name));
    }

    @Override
    public String where() {
        return folder.toString();
    }
}
