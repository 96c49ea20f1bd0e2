package io.tamor.jobs.training;

import io.tamor.schemas.Sample;
import io.tamor.schemas.file.RecordFileWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Samples in as many files as a topic has partitions, by their user. */
public final class TestingSampleFolder {
    private TestingSampleFolder() {}

    /** Writes them in the order given. */
    public static SampleFolder write(Path folder, List<Sample> samples, int partitions)
            throws IOException {
        SampleFolder into = new SampleFolder(folder);
        into.create();
        into.clear();
        List<RecordFileWriter<Sample>> writers = new ArrayList<>();
        for (int p = 0; p < partitions; p++) {
            writers.add(into.writer(p));
        }
        for (Sample sample : samples) {
            writers.get(Math.floorMod(sample.getUserId().hashCode(), partitions)).append(sample);
        }
        for (RecordFileWriter<Sample> writer : writers) {
            writer.finish();
        }
        return into;
    }
}
