package io.tamor.model;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Parity fixtures and public data sets, which are not part of this repository: in {@code ../shared}
 * beside it, or where TAMOR_SHARED says. A test that needs them is skipped where they are not,
 * unless TAMOR_SHARED_REQUIRED says that they must be there.
 */
public final class SharedFiles {
    private SharedFiles() {}

    /** A folder of the shared files; skips the calling test where it is absent. */
    public static Path folder(String name) {
        Path folder = root().resolve(name);
        if (!Files.isDirectory(folder)
                && Boolean.parseBoolean(System.getenv("TAMOR_SHARED_REQUIRED"))) {
            fail("there must be a folder " + folder);
        }
        assumeTrue(
                Files.isDirectory(folder),
                "skipped: needs " + folder + ", which is not part of this repository");
        return folder;
    }

    private static Path root() {
        String named = System.getenv("TAMOR_SHARED");
        if (named != null) {
            return Path.of(named);
        }
        Path here = Path.of("").toAbsolutePath();
        while (here.getParent() != null && !Files.isDirectory(here.resolve(".mvn"))) {
            here = here.getParent();
        }
        return here.resolveSibling("shared");
    }
}
