package io.tamor.jobs.cli;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.SampleSchema;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Commands on a deployment's configuration. */
@Command(
        name = "config",
        description = "Checks a deployment's configuration.",
        subcommands = ConfigCommand.Check.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class ConfigCommand {

    /** Reports every problem at once. */
    @Command(
            name = "check",
            description = "Reports every problem of a configuration at once.",
            mixinStandardHelpOptions = true)
    public static final class Check implements Callable<Integer> {
        @Spec private CommandSpec spec = CommandSpec.create();

        @Parameters(paramLabel = "FILE", description = "The deployment's YAML.")
        private Path file = Path.of("");

        @Override
        public Integer call() {
            Deployment deployment = DeploymentOption.read(file);
            SampleSchema schema = deployment.sampleSchema();
            spec.commandLine()
                    .getOut()
                    .printf(
                            Locale.ROOT,
                            "%s: deployment %s is sound: %d categorical and %d dense features, %d"
                                    + " tasks, %d tiers, %d scenarios%n",
                            file,
                            deployment.name(),
                            schema.categorical().size(),
                            schema.dense().size(),
                            deployment.tasks().size(),
                            deployment.tiers().bands().size(),
                            deployment.scenarios().size());
            return ExitStatus.DONE;
        }
    }
}
