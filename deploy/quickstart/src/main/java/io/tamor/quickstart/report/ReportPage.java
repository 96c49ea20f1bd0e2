package io.tamor.quickstart.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The report as one HTML page that needs no network: figures and chart library are inside. */
final class ReportPage {
    private static final String LIBRARY =
            "/META-INF/resources/webjars/echarts/5.3.1/dist/echarts.common.min.js";
    private static final String FOLDER = "/io/tamor/quickstart/report/";

    private ReportPage() {}

    static String of(RunReport report) {
        return resource(FOLDER + "report.html")
                .replace("/*STYLE*/", resource(FOLDER + "report.css"))
                .replace("/*LIBRARY*/", resource(LIBRARY))
                .replace("/*CHARTS*/", resource(FOLDER + "report.js"))
                .replace("/*FIGURES*/", figures(report));
    }

    /** Inside a script element no "</" may occur. */
    private static String figures(RunReport report) {
        try {
            return new ObjectMapper().writeValueAsString(report).replace("</", "<\\/");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a report is always JSON", e);
        }
    }

    private static String resource(String path) {
        try (InputStream in = ReportPage.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IOException("no resource " + path);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
