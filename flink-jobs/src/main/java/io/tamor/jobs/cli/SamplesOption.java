package io.tamor.jobs.cli;

import io.tamor.jobs.training.SampleFolder;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Files of samples, as every command that reads them takes them. */
final class SamplesOption {
    @Option(
            names = "--samples",
            required = true,
            paramLabel = "DIR",
            description = "Folder with samples-*.avro, from 'samples export' or 'replay'.")
    private Path samples = Path.of("");

    SampleFolder folder() {
        return new SampleFolder(samples);
    }
}
