package io.tamor.quickstart.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.tamor.jobs.config.BaselineModel;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;

/**
 * A shipped deployment, made to run here: broker, folders, parallelism, network. The result is
 * written out as a file of its own, to be read by people and by the other commands.
 */
final class DeploymentTemplate {
    private final YAMLMapper mapper =
            new YAMLMapper(
                    YAMLFactory.builder()
                            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                            .build());
    private final ObjectNode tree;

    DeploymentTemplate(String yaml) {
        try {
            this.tree = (ObjectNode) mapper.readTree(yaml);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a shipped deployment is not YAML", e);
        }
    }

    DeploymentTemplate broker(String bootstrap) {
        tree.withObject("/kafka").put("bootstrap", bootstrap);
        return this;
    }

    DeploymentTemplate folders(Path snapshots, Path checkpoints) {
        tree.withObject("/snapshots").put("directory", location(snapshots));
        tree.withObject("/flink").put("checkpoints", location(checkpoints));
        return this;
    }

    /** Flink takes the path as it is: a space must not be written as %20. */
    private static String location(Path folder) {
        return "file://" + folder.toAbsolutePath();
    }

    /** Every topic gets a multiple of the subtasks as partitions, at least its own. */
    DeploymentTemplate parallelism(int parallelism) {
        tree.withObject("/flink").put("parallelism", parallelism);
        for (Iterator<String> roles = tree.get("topics").fieldNames(); roles.hasNext(); ) {
            ObjectNode topic = tree.withObject("/topics/" + roles.next());
            int partitions = topic.get("partitions").asInt();
            if (partitions > 1) {
                topic.put("partitions", (partitions + parallelism - 1) / parallelism * parallelism);
            }
        }
        return this;
    }

    /** Another network than the shipped TAMOR, of like size. */
    DeploymentTemplate network(String network) {
        BaselineModel.apply(tree.withObject("/model"), network);
        return this;
    }

    /** Writes the YAML and reads it back as every command would. */
    Deployment write(Path file) {
        try {
            Files.writeString(file, mapper.writeValueAsString(tree));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return DeploymentReader.read(file);
    }
}
