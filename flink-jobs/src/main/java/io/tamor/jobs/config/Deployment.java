package io.tamor.jobs.config;

import io.tamor.jobs.config.FeatureOptions.Side;
import io.tamor.jobs.config.FeatureOptions.Type;
import java.io.Serializable;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A deployment, whole and checked: streams, features, tasks, model and where it runs. Read by
 * {@link DeploymentReader}; a value of this type has no dangling reference.
 *
 * @param version of the configuration's format, 1
 * @param name of the deployment and of its model
 * @param model the network and its optimizer as JSON, in the form of {@code model.md}
 */
public record Deployment(
        int version,
        String name,
        KafkaOptions kafka,
        Topics topics,
        EventTimeOptions eventTime,
        TierOptions tiers,
        List<String> scenarios,
        List<FeatureOptions> features,
        List<TaskOptions> tasks,
        TimelineOptions timeline,
        String model,
        LearnerOptions learner,
        SnapshotOptions snapshots,
        FlinkOptions flink)
        implements Serializable {

    /** The format version this build writes and the newest it reads. */
    public static final int VERSION = 1;

    public Deployment {
        scenarios = List.copyOf(scenarios);
        features = List.copyOf(features);
        tasks = List.copyOf(tasks);
        Problems problems = new Problems();
        problems.require(
                version == VERSION, "version: this build reads %d, found %d", VERSION, version);
        unique(problems, "scenarios", scenarios);
        unique(problems, "tiers.bands", tiers.names());
        unique(problems, "features", features.stream().map(FeatureOptions::name).toList());
        unique(problems, "tasks", tasks.stream().map(TaskOptions::name).toList());
        unique(problems, "topics", topics.all().stream().map(TopicOptions::name).toList());
        tiers.check(problems);
        for (FeatureOptions feature : features) {
            feature.check(problems, scenarios);
        }
        for (TaskOptions task : tasks) {
            task.check(problems, scenarios);
        }
        Duration freeze = timeline.freezeRequests();
        problems.require(
                freeze == null || freeze.toMillis() > 0,
                "timeline.freeze_requests must be > 0, was %s",
                timeline);
        check(problems, timeline, topics);
        String learned = learner.labelSet();
        if (learned != null) {
            List<String> sets = timeline.labelSets().stream().map(LabelSetOptions::name).toList();
            problems.require(
                    sets.contains(learned),
                    "learner.label_set: %s is not among timeline.label_sets %s",
                    learned,
                    sets);
        }
        problems.require(
                eventTime.idle().toMillis() > 0,
                "event_time.idle must be > 0, was %s",
                eventTime.idle());
        problems.require(
                eventTime.outage().compareTo(eventTime.idle()) >= 0,
                "event_time.outage must be >= event_time.idle (%s), was %s",
                eventTime.idle(),
                eventTime.outage());
        problems.require(
                learner.disorder().compareTo(LearnerOptions.LEAST_DISORDER) >= 0,
                "learner.disorder must be >= %s, the step in which the timeline emits, was %s",
                LearnerOptions.LEAST_DISORDER,
                learner.disorder());
        problems.require(
                        learner.userRowTtl().toMillis() > 0,
                        "learner.user_row_ttl must be > 0, was %s",
                        learner.userRowTtl())
                .require(
                        flink.checkpointInterval().toMillis() > 0,
                        "flink.checkpoint_interval must be > 0, was %s",
                        flink.checkpointInterval())
                .require(
                        flink.parallelism() <= flink.maxParallelism(),
                        "flink.parallelism must be <= flink.max_parallelism (%d), was %d",
                        flink.maxParallelism(),
                        flink.parallelism());
        checkMerge(problems, learner, flink);
        problems.require(
                snapshots.gate().horizon().compareTo(GateOptions.LEAST_HORIZON) >= 0,
                "snapshots.gate.horizon must be >= %s, was %s",
                GateOptions.LEAST_HORIZON,
                snapshots.gate().horizon());
        problems.require(
                startsAtATime(learner),
                "learner.start_at must be earliest or a time as 2024-01-31T00:00:00Z, was %s",
                learner.startAt());
        problems.require(
                topics.samples().partitions() % flink.parallelism() == 0,
                "topics.samples.partitions must be a multiple of flink.parallelism (%d), so that one"
                        + " subtask writes each partition, in order of maturity; was %d",
                flink.parallelism(),
                topics.samples().partitions());
        problems.require(
                features.stream().filter(f -> f.type() == Type.USER_ROW).count() <= 1,
                "features: at most one user-row, since a user has one row");
        for (Side side : Side.values()) {
            problems.require(
                    features.stream().anyMatch(f -> f.side() == side),
                    "features: side %s has none; the model needs at least one on each side",
                    side);
        }
        problems.throwIfAny("deployment " + name);
    }

    /** The same with another model block. */
    public Deployment withModel(String json) {
        return with(json, learner);
    }

    /** The same with a snapshot to start from. */
    public Deployment startingFrom(String uri) {
        return with(
                model,
                new LearnerOptions(
                        learner.batch(),
                        learner.maxDelay(),
                        learner.disorder(),
                        learner.userRowTtl(),
                        learner.labelSet(),
                        learner.admitAfter(),
                        uri,
                        learner.startAt(),
                        learner.drift(),
                        learner.parallelism(),
                        learner.merge()));
    }

    private Deployment with(String newModel, LearnerOptions newLearner) {
        return new Deployment(
                version,
                name,
                kafka,
                topics,
                eventTime,
                tiers,
                scenarios,
                features,
                tasks,
                timeline,
                newModel,
                newLearner,
                snapshots,
                flink);
    }

    /** What samples look like on the wire. */
    public SampleSchema sampleSchema() {
        return SampleSchema.of(this);
    }

    /** The longest label window: how long an impression can stay pending. */
    public Duration longestWindow() {
        return tasks.stream().map(TaskOptions::window).max(Duration::compareTo).orElseThrow();
    }

    /** The label set that the model learns. */
    public String learnedLabelSet() {
        String named = learner.labelSet();
        return named == null ? timeline.labelSets().get(0).name() : named;
    }

    private static void check(Problems problems, TimelineOptions timeline, Topics topics) {
        unique(
                problems,
                "timeline.label_sets",
                timeline.labelSets().stream().map(LabelSetOptions::name).toList());
        CorrectionOptions corrections = timeline.corrections();
        problems.require(
                        corrections == null
                                || (!corrections.grace().isZero()
                                        && !corrections.grace().isNegative()),
                        "timeline.corrections.grace must be > 0; leave timeline.corrections out to"
                                + " reject every late outcome")
                .require(
                        (corrections == null) == (topics.corrections() == null),
                        "topics.corrections is given exactly when timeline.corrections is");
    }

    private static boolean startsAtATime(LearnerOptions learner) {
        try {
            learner.startAtMs();
            return true;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    private static void unique(Problems problems, String key, List<String> names) {
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            problems.require(seen.add(name), "%s: %s is named twice", key, name);
        }
    }

    private static void checkMerge(Problems problems, LearnerOptions learner, FlinkOptions flink) {
        MergeOptions merge = learner.merge();
        if (merge == null) {
            problems.require(
                    learner.parallelism() == 1,
                    "learner.parallelism %d needs learner.merge, such as {every: 10 min}",
                    learner.parallelism());
            return;
        }
        problems.require(
                        merge.every().toMillis() > 0,
                        "learner.merge.every must be > 0, was %s",
                        merge.every())
                .require(
                        merge.momentum() >= 0 && merge.momentum() < 1,
                        "learner.merge.momentum must be in [0, 1), was %s",
                        merge.momentum())
                .require(
                        merge.mostSamples() == 0
                                || merge.mostSamples()
                                        >= Math.max(flink.parallelism(), learner.parallelism()),
                        "learner.merge.most_samples must be >= flink.parallelism (%d), whose"
                                + " subtasks read them, and >= learner.parallelism (%d), was %d",
                        flink.parallelism(),
                        learner.parallelism(),
                        merge.mostSamples())
                .require(
                        learner.parallelism() <= flink.maxParallelism(),
                        "learner.parallelism must be <= flink.max_parallelism (%d), was %d",
                        flink.maxParallelism(),
                        learner.parallelism());
    }
}
