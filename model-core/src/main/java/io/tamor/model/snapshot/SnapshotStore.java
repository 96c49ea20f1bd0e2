package io.tamor.model.snapshot;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/** The folder of one snapshot, wherever it is. Names are plain file names. */
public interface SnapshotStore {
    /** A new file; an error if there is one of that name. Complete when the stream is closed. */
    OutputStream create(String name) throws IOException;

    /** A file from its beginning; an error if there is none of that name. */
    InputStream open(String name) throws IOException;

    /** The names of the files there are, sorted; empty where there is no folder. */
    List<String> list() throws IOException;

    /**
     * The folder of another snapshot of the same series, by its name; it need not exist. A delta
     * finds the versions it builds on by it.
     */
    SnapshotStore sibling(String name) throws IOException;

    /** What errors call the folder. */
    String where();
}
