package io.tamor.jobs.cli;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.io.KafkaTopics;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Commands on a deployment's topics. */
@Command(
        name = "topics",
        description = "Creates a deployment's topics.",
        subcommands = TopicsCommand.Create.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class TopicsCommand {

    /** Creates what is missing and compares the rest with the configuration. */
    @Command(
            name = "create",
            description =
                    "Creates the topics, with partitions, retention and compaction as configured;"
                            + " existing ones are compared, never changed.",
            mixinStandardHelpOptions = true)
    public static final class Create implements Callable<Integer> {
        @Spec private CommandSpec spec = CommandSpec.create();

        @Mixin private DeploymentOption config = new DeploymentOption();

        @Override
        public Integer call() {
            Deployment deployment = config.read();
            PrintWriter out = spec.commandLine().getOut();
            try (KafkaTopics topics = new KafkaTopics(deployment.kafka())) {
                topics.createMissing(deployment).forEach(name -> out.println("created " + name));
                List<String> problems = topics.problems(deployment);
                problems.forEach(spec.commandLine().getErr()::println);
                return problems.isEmpty() ? ExitStatus.DONE : ExitStatus.FAILED;
            }
        }
    }
}
