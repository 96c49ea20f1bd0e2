package io.tamor.quickstart;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What must not stay behind when this process is ended from outside (Ctrl-C, TERM), where no {@code
 * finally} runs: the processes it started and the folders it worked in.
 */
public final class Leftovers {
    /** A process that is told to end gets so long to delete what it has to. */
    private static final long PATIENCE_SECONDS = 10;

    private static final int ATTEMPTS = 50;
    private static final long PAUSE_MS = 100;

    private static final Set<Process> PROCESSES = ConcurrentHashMap.newKeySet();
    private static final Set<Path> FOLDERS = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(Leftovers::remove, "leftovers"));
    }

    private Leftovers() {}

    /** Starts a process that does not outlive this one. */
    public static Process start(ProcessBuilder command) throws IOException {
        Process process = command.start();
        PROCESSES.add(process);
        return process;
    }

    /** Makes an empty folder among the system's temporary ones, to be given to {@link #delete}. */
    public static Path temporaryFolder() throws IOException {
        return deletedAtTheEnd(Files.createTempDirectory("tamor-"));
    }

    /** Sees to it that a folder is deleted at the end of this process, if not before. */
    public static Path deletedAtTheEnd(Path folder) {
        FOLDERS.add(folder);
        return folder;
    }

    /** Deletes a folder, if there is one, with all that is in it. */
    public static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            Files.walkFileTree(folder, new Deletion());
        }
        FOLDERS.remove(folder);
    }

    private static void remove() {
        PROCESSES.forEach(Process::destroy);
        for (Process process : PROCESSES) {
            try {
                if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
            }
        }
        FOLDERS.forEach(Leftovers::deletePatiently);
    }

    /** The other threads of this process still run, and may write into what is being deleted. */
    private static void deletePatiently(Path folder) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                delete(folder);
                return;
            } catch (IOException e) {
                try {
                    Thread.sleep(PAUSE_MS);
                } catch (InterruptedException interrupted) {
                    return;
                }
            }
        }
    }

    /** Takes no offence at files that another thread deletes meanwhile. */
    private static final class Deletion extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException error) throws IOException {
            if (error instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw error;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException error)
                throws IOException {
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
        }
    }
}
