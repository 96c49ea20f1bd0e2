package io.tamor.quickstart.simulator;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** The truth beside the events: a gzipped CSV file with a header. */
public final class TruthFile implements TruthSink, AutoCloseable {
    /** Its name, where a command gives it one. */
    public static final String NAME = "truth.csv.gz";

    private static final String HEADER =
            "impression_id,click,conversion,investment,large_investment,user_total,expected_yuan";

    private final BufferedWriter writer;

    /** Creates the file, replacing what is there. */
    public TruthFile(Path file) {
        try {
            writer =
                    new BufferedWriter(
                            new OutputStreamWriter(
                                    new GZIPOutputStream(Files.newOutputStream(file)),
                                    StandardCharsets.UTF_8));
            writer.write(HEADER + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void accept(Truth truth) {
        try {
            writer.write(truth.impressionId());
            for (double value :
                    new double[] {
                        truth.click(),
                        truth.conversion(),
                        truth.investment(),
                        truth.largeInvestment(),
                        truth.userTotal(),
                        truth.expectedYuan()
                    }) {
                writer.write(String.format(Locale.ROOT, ",%.7g", value));
            }
            writer.write("\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Hands every row of a file to the sink, in the file's order. */
    public static void read(Path file, TruthSink into) {
        try (BufferedReader reader =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(Files.newInputStream(file)),
                                StandardCharsets.UTF_8))) {
            String header = reader.readLine();
            if (!HEADER.equals(header)) {
                throw new IOException(file + ": wanted the header " + HEADER + ", found " + header);
            }
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                String[] cells = line.split(",", -1);
                into.accept(
                        new Truth(
                                cells[0],
                                Double.parseDouble(cells[1]),
                                Double.parseDouble(cells[2]),
                                Double.parseDouble(cells[3]),
                                Double.parseDouble(cells[4]),
                                Double.parseDouble(cells[5]),
                                Double.parseDouble(cells[6])));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
