package io.tamor.jobs.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.tamor.model.parity.ParityCheck;
import io.tamor.model.parity.ParityResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares this build's models with fixtures that another implementation computed. */
@Command(
        name = "parity",
        description = {
            "Loads each fixture, computes, compares.",
            "Per fixture: the largest relative error of logits, losses, gradients and of the parameters"
                    + " after the optimizer steps, and whether all are within the bounds."
        },
        mixinStandardHelpOptions = true)
public final class ParityCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(arity = "1..*", paramLabel = "FIXTURE", description = "A .safetensors fixture.")
    private List<Path> fixtures = new ArrayList<>();

    @Option(names = "--json", description = "One JSON array on stdout and nothing else.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        for (Path fixture : fixtures) {
            if (!Files.isRegularFile(fixture)) {
                throw new UsageException(fixture + ": no such file; give the path of a fixture");
            }
        }
        List<ParityResult> results = new ArrayList<>();
        for (Path fixture : fixtures) {
            results.add(ParityCheck.run(fixture));
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(asJson(results));
        } else {
            out.printf(
                    "%-32s %10s %10s %10s %10s%n",
                    "fixture", "logits", "losses", "gradients", "parameters");
            for (ParityResult result : results) {
                out.printf(
                        Locale.ROOT,
                        "%-32s %10.1e %10.1e %10.1e %10.1e  %s%n",
                        result.fixture(),
                        result.logits(),
                        result.losses(),
                        result.gradients(),
                        result.parameters(),
                        result.within() ? "within" : "NOT within the bounds");
            }
        }
        return results.stream().allMatch(ParityResult::within)
                ? ExitStatus.DONE
                : ExitStatus.FAILED;
    }

    private static String asJson(List<ParityResult> results) throws JsonProcessingException {
        JsonMapper mapper = new JsonMapper();
        ArrayNode array = mapper.createArrayNode();
        for (ParityResult result : results) {
            array.addObject()
                    .put("fixture", result.fixture())
                    .put("logits", result.logits())
                    .put("losses", result.losses())
                    .put("gradients", result.gradients())
                    .put("parameters", result.parameters())
                    .put("within", result.within());
        }
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(array);
    }
}
