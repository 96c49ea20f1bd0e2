package io.tamor.quickstart.cluster;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DeploymentReader;
import io.tamor.jobs.learner.LearningJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A learner in a process of its own, to be killed: it goes on from its last checkpoint. */
final class LearnerProcess {
    private LearnerProcess() {}

    /** Runs the deployment of a file to the end of its samples. */
    public static void main(String[] arguments) throws IOException {
        Deployment deployment = DeploymentReader.read(Path.of(arguments[0]));
        Path checkpoints = Path.of(arguments[1]);
        try (LocalCluster cluster = LocalCluster.start(1)) {
            StreamExecutionEnvironment env = LocalCluster.environment(deployment);
            Optional<Path> last = lastCheckpoint(checkpoints);
            if (last.isPresent()) {
                Configuration restore = new Configuration();
                restore.set(StateRecoveryOptions.SAVEPOINT_PATH, last.get().toUri().toString());
                env.configure(restore, LearnerProcess.class.getClassLoader());
                System.out.println("restored " + last.get().getFileName());
            }
            LearningJob.define(env, deployment, true);
            cluster.run(deployment.name(), env, records -> {});
        }
        System.out.println("done");
        System.exit(0);
    }

    /** The newest checkpoint that is complete: its metadata is written last. */
    static Optional<Path> lastCheckpoint(Path checkpoints) throws IOException {
        if (!Files.exists(checkpoints)) {
            return Optional.empty();
        }
        try (Stream<Path> files =
                Files.find(checkpoints, 3, (file, a) -> file.endsWith("_metadata"))) {
            return files.max(Comparator.comparingLong(LearnerProcess::modifiedMs))
                    .map(Path::getParent);
        }
    }

    private static long modifiedMs(Path file) {
        try {
            return Files.getLastModifiedTime(file).toMillis();
        } catch (IOException e) {
            return 0; // another checkpoint has taken its place meanwhile
        }
    }
}
