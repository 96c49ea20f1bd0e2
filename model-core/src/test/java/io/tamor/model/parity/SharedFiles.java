package io.tamor.model.parity;

import java.nio.file.Files;
import java.nio.file.Path;

/** Finds files that are shared beside the repository and not part of it. */
final class SharedFiles {
    private SharedFiles() {}

    /** The folder of that name, by TAMOR_SHARED or beside the repository; null if absent. */
    static Path folder(String name) {
        String given = System.getenv("TAMOR_SHARED");
        Path shared = given == null ? besideRepository() : Path.of(given);
        Path folder = shared == null ? null : shared.resolve(name);
        return folder != null && Files.isDirectory(folder) ? folder : null;
    }

    private static Path besideRepository() {
        Path at = Path.of(System.getProperty("user.dir")).toAbsolutePath();
        while (at != null && !Files.isDirectory(at.resolve(".mvn"))) {
            at = at.getParent();
        }
        return at == null ? null : at.resolveSibling("shared");
    }
}
