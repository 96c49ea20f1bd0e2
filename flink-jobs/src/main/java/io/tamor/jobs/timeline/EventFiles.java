package io.tamor.jobs.timeline;

import io.tamor.jobs.config.ConfigurationException;
import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.timeline.logic.EventKind;
import io.tamor.jobs.timeline.logic.RawEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The four streams from a folder: of each, {@code STREAM.avro} or all files of a folder {@code
 * STREAM}. Nothing is assumed of their order, so there is no watermark before everything is read:
 * events wait in the users' state until then.
 */
final class EventFiles {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(10);

    private EventFiles() {}

    /**
     * The streams in the order of {@link EventKind}.
     *
     * @param bounded ends with the files that are there, which closes every label; else the folder
     *     is watched for more, which must be whole when they appear, and nothing closes
     */
    static List<DataStream<RawEvent>> read(
            StreamExecutionEnvironment environment,
            Deployment deployment,
            URI folder,
            boolean bounded) {
        List<DataStream<RawEvent>> events = new ArrayList<>();
        for (EventKind kind : EventKind.values()) {
            FileSource.FileSourceBuilder<RawEvent> source =
                    FileSource.forBulkFileFormat(
                            new EventFileFormat(kind, deployment), path(folder, kind));
            if (!bounded) {
                source.monitorContinuously(LOOK_EVERY);
            }
            String uid = OperatorUids.fileSource(kind);
            events.add(
                    environment
                            .fromSource(
                                    source.build(),
                                    WatermarkStrategy.noWatermarks(),
                                    uid,
                                    RawEventSerializer.TYPE)
                            .uid(uid));
        }
        return events;
    }

    private static Path path(URI folder, EventKind kind) {
        Path file = new Path(new Path(folder), kind.stream() + ".avro");
        Path files = new Path(new Path(folder), kind.stream());
        try {
            FileSystem system = FileSystem.get(file.toUri());
            if (system.exists(file)) {
                return file;
            }
            if (system.exists(files)) {
                return files;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new ConfigurationException(
                "--files",
                List.of(
                        "wanted "
                                + file
                                + " or a folder "
                                + files
                                + ", found neither; a stream without events has an empty folder"));
    }
}
