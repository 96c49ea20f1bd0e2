package io.tamor.jobs.training;

import io.tamor.schemas.Sample;
import io.tamor.schemas.file.RecordFileReader;
import io.tamor.schemas.file.RecordFileWriter;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.stream.Stream;

/**
 * A folder of samples: one Avro object container file a partition of the samples topic, {@code
 * samples-00000.avro} and on, each in the partition's order.
 *
 * @param path the folder
 */
public record SampleFolder(Path path) {
    private static final String PATTERN = "samples-*.avro";

    /** Takes the samples of all files, and where they come from. */
    public interface Consumer {
        /**
         * @param file name of the sample's file
         * @param index of the sample in it, from 0
         */
        void sample(Sample sample, String file, long index) throws Exception;

        /**
         * No sample that matured at or before a time will come, as far as every file keeps within
         * the disorder.
         */
        void watermark(long timeMs) throws Exception;
    }

    /** Makes the folder, if it is not there. */
    public void create() throws IOException {
        Files.createDirectories(path);
    }

    /** Takes away the samples that are in it. */
    public void clear() throws IOException {
        for (Path old : list()) {
            Files.delete(old);
        }
    }

    /** Begins the file of a partition. */
    public RecordFileWriter<Sample> writer(int partition) throws IOException {
        return new RecordFileWriter<>(
                path.resolve(String.format(Locale.ROOT, "samples-%05d.avro", partition)),
                Sample.class);
    }

    /** The files by name; at least one. */
    public List<Path> files() throws IOException {
        List<Path> files = Files.isDirectory(path) ? list() : List.of();
        if (files.isEmpty()) {
            throw new FileNotFoundException(
                    path
                            + ": wanted a folder with files "
                            + PATTERN
                            + ", found none; write them by 'samples export' or 'replay"
                            + " --keep-samples'");
        }
        return files;
    }

    private List<Path> list() throws IOException {
        try (Stream<Path> all = Files.list(path)) {
            return all.filter(f -> f.getFileName().toString().matches("samples-.*\\.avro"))
                    .sorted()
                    .toList();
        }
    }

    /**
     * Hands out every sample, the file that is behind first, with watermarks as the learning job
     * makes them: the latest maturity read of the file that is behind, less the disorder.
     */
    public void read(long disorderMs, Consumer consumer) throws Exception {
        PriorityQueue<Open> open = new PriorityQueue<>(Open.BEHIND_FIRST);
        try {
            for (Path file : files()) {
                open.add(new Open(file));
            }
            long watermark = Long.MIN_VALUE;
            for (Open file = open.poll(); file != null; file = open.poll()) {
                Sample sample = file.reader.next();
                if (sample == null) {
                    file.reader.close();
                } else {
                    consumer.sample(sample, file.name, file.reader.count() - 1);
                    file.readMs = Math.max(file.readMs, sample.getMaturedAtMs());
                    open.add(file);
                }
                Open behind = open.peek();
                if (behind != null && behind.readMs - disorderMs - 1 > watermark) {
                    watermark = behind.readMs - disorderMs - 1;
                    consumer.watermark(watermark);
                }
            }
        } finally {
            for (Open file : open) {
                file.reader.close();
            }
        }
    }

    private static final class Open {
        /** Ahead of every possible underflow when the disorder is taken off. */
        private static final long NOTHING_READ = Long.MIN_VALUE / 2;

        static final Comparator<Open> BEHIND_FIRST =
                Comparator.<Open>comparingLong(file -> file.readMs)
                        .thenComparing(file -> file.name);

        final String name;
        final RecordFileReader<Sample> reader;
        long readMs = NOTHING_READ;

        Open(Path file) throws IOException {
            this.name = file.getFileName().toString();
            this.reader = new RecordFileReader<>(file, Sample.class);
        }
    }
}
