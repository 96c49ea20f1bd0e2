package io.tamor.quickstart.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A report as files. */
public final class ReportFiles {
    private ReportFiles() {}

    /** The document of {@code report.json} and {@code --json}. */
    public static String json(RunReport report) {
        try {
            return new ObjectMapper()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .writeValueAsString(report);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a report is always JSON", e);
        }
    }

    /** Writes both forms, replacing what is there. */
    public static void write(RunReport report, Path json, Path html) {
        try {
            Files.writeString(json, json(report) + "\n");
            Files.writeString(html, ReportPage.of(report));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
