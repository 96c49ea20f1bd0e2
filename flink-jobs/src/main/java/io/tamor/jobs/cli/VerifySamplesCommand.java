package io.tamor.jobs.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.verify.SampleVerification;
import io.tamor.jobs.verify.VerifiedSamples;
import io.tamor.jobs.verify.logic.Difference;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Derives a period's samples again from the raw topics and reports every difference. */
@Command(
        name = "verify-samples",
        description = {
            "Derives samples, rejections and corrections again from the event topics, by an"
                    + " independent single-threaded oracle, and reports every difference. Exit status 1 on any.",
            "The timeline may be running. What it has not committed yet is not expected; after a"
                    + " bounded run say --closed. Reads the topics from their beginning: as often as"
                    + " the heap (TAMOR_HEAP) needs."
        },
        mixinStandardHelpOptions = true)
public final class VerifySamplesCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private DeploymentOption config = new DeploymentOption();

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description =
                    "Only samples that matured (and rejected events that happened) at or after this"
                            + " time, such as 2026-01-31T00:00:00Z.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "Only those before this time.")
    private @Nullable String to;

    @Option(
            names = "--closed",
            description = "The streams have ended, as after timeline --bounded: all is due.")
    private boolean closed;

    @Option(names = "--json", description = "One JSON object on stdout and nothing else.")
    private boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        Deployment deployment = config.read();
        SampleVerification.Request request =
                new SampleVerification.Request(
                        timeMs("--from", from, 0), timeMs("--to", to, Long.MAX_VALUE), closed);
        config.requireTopics(deployment);
        PrintWriter out = spec.commandLine().getOut();
        JsonMapper mapper = new JsonMapper();
        ObjectNode document = mapper.createObjectNode();
        ArrayNode found = mapper.createArrayNode();
        VerifiedSamples verified =
                new SampleVerification(deployment)
                        .run(
                                request,
                                difference -> {
                                    if (json) {
                                        add(found, difference);
                                    } else {
                                        out.println(difference);
                                    }
                                });
        if (json) {
            document.put("samples", verified.samples())
                    .put("late", verified.late())
                    .put("corrections", verified.corrections())
                    .put("differences", verified.differences());
            if (verified.toMs() != Long.MAX_VALUE) {
                document.put("toMs", verified.toMs());
            }
            document.set("found", found);
            out.println(mapper.writerWithDefaultPrettyPrinter().writeValueAsString(document));
        } else {
            out.println(
                    "verified: "
                            + verified.samples()
                            + " samples"
                            + until(verified)
                            + ", "
                            + verified.late()
                            + " late events left out, "
                            + verified.corrections()
                            + " corrections, "
                            + verified.differences()
                            + " differences");
            if (verified.samples() == 0) {
                out.println(
                        "no samples: nothing was verified. "
                                + (closed
                                        ? "No event of the period makes one"
                                        : "The timeline has committed none of the period; if its"
                                                + " streams have ended, say --closed"));
            }
        }
        return verified.held() ? ExitStatus.DONE : ExitStatus.FAILED;
    }

    private static String until(VerifiedSamples verified) {
        return verified.toMs() == Long.MAX_VALUE
                ? ""
                : " (matured before " + Instant.ofEpochMilli(verified.toMs()) + ")";
    }

    private static void add(ArrayNode found, Difference difference) {
        ObjectNode node =
                found.addObject()
                        .put("kind", difference.kind().name())
                        .put("what", difference.what());
        if (difference.place() != null) {
            node.put("topic", difference.place().topic())
                    .put("partition", difference.place().partition())
                    .put("offset", difference.place().offset());
        }
        ArrayNode details = node.putArray("details");
        difference.details().forEach(details::add);
    }

    private static long timeMs(String option, @Nullable String text, long otherwise) {
        if (text == null) {
            return otherwise;
        }
        try {
            return Instant.parse(text).toEpochMilli();
        } catch (DateTimeParseException e) {
            throw new UsageException(
                    option + ": wanted a UTC time such as 2026-01-31T00:00:00Z, was " + text);
        }
    }
}
