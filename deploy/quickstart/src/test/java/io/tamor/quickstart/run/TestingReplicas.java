package io.tamor.quickstart.run;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.DriftOptions;
import io.tamor.jobs.learner.logic.Cut;
import io.tamor.jobs.learner.logic.DriftMonitor;
import io.tamor.jobs.learner.logic.LearnerProgress;
import io.tamor.jobs.learner.logic.MergeRounds;
import io.tamor.jobs.learner.logic.MergedModel;
import io.tamor.jobs.learner.logic.ModelSpecs;
import io.tamor.jobs.learner.logic.OnlineTraining;
import io.tamor.jobs.learner.logic.Quality;
import io.tamor.jobs.learner.logic.Replica;
import io.tamor.jobs.learner.logic.ReplicaName;
import io.tamor.jobs.learner.logic.SampleReader;
import io.tamor.jobs.learner.logic.TrainingQueue;
import io.tamor.jobs.training.MapUserRows;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.metric.MetricRow;
import io.tamor.model.training.ModelMerge;
import io.tamor.model.training.Trainer;
import io.tamor.schemas.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * Replicas and the merge over one list of samples, in one thread and without Flink: each user's
 * samples go to the replica whose subtask would own the user, all cut together every so many
 * samples, and load the merged model a number of samples later.
 */
final class TestingReplicas {
    /**
     * How they merge.
     *
     * @param every samples of all replicas between cuts
     * @param lag samples of all replicas between a cut and the loading of what it became
     */
    record Plan(int replicas, int every, int lag, double rate, double momentum) {}

    private final Deployment deployment;
    private final ModelSpec spec;
    private final Plan plan;
    private final SampleReader reader;
    private final MergeRounds rounds;
    private final List<Member> members = new ArrayList<>();

    TestingReplicas(Deployment deployment, Plan plan) {
        this.deployment = deployment;
        this.spec = ModelSpecs.of(deployment);
        this.plan = plan;
        this.reader = new SampleReader(deployment);
        this.rounds = new MergeRounds(new ModelMerge(plan.rate(), plan.momentum()));
        for (int i = 0; i < plan.replicas(); i++) {
            members.add(new Member(i));
        }
        rounds.base(members.get(0).trainer.values());
    }

    private final class Member {
        private final Trainer trainer = new Trainer(spec, ownBatch());
        private final Quality quality = new Quality(spec);
        private final TrainingQueue queue =
                new TrainingQueue(ownBatch(), deployment.learner().maxDelay().toMillis());
        private final Replica replica;
        private final OnlineTraining training;

        Member(int index) {
            replica = new Replica(new ReplicaName(index, plan.replicas()), trainer, 0, 0);
            training =
                    new OnlineTraining(
                            deployment,
                            trainer,
                            quality,
                            new LearnerProgress(spec.tasks().size()),
                            new DriftMonitor(spec, DriftOptions.COUNT_ONLY),
                            new MapUserRows());
            training.afterEach(batch -> quality.takeClosed());
        }
    }

    /** Trains on all; the AUC by task of every label, scored before it was trained on. */
    Map<String, Double> train(List<Sample> samples) throws Exception {
        MergedModel merged = null;
        for (int i = 0; i < samples.size(); i++) {
            Sample sample = samples.get(i);
            Member owner = members.get(owner(sample.getUserId()));
            owner.queue.offer(reader.of(sample, "", 0), owner.training);
            for (Member member : members) {
                member.queue.advance(sample.getMaturedAtMs(), member.training);
            }
            if (plan.replicas() > 1 && i % plan.every() == plan.every() - 1) {
                for (Member member : members) {
                    Cut cut = member.replica.cut(false);
                    if (cut != null) {
                        rounds.add(cut);
                    }
                }
                merged = rounds.close();
            }
            if (merged != null && i % plan.every() == plan.lag()) {
                for (Member member : members) {
                    member.replica.load(merged);
                }
                merged = null;
            }
        }
        Quality all = new Quality(spec);
        for (Member member : members) {
            member.queue.drain(member.training);
            member.quality.closeAll();
            all.merge(member.quality);
        }
        Map<String, Double> auc = new TreeMap<>();
        for (MetricRow row : all.total()) {
            if (row.tier().equals(MetricRow.ALL) && row.scenario().equals(MetricRow.ALL)) {
                auc.put(row.task(), row.values().getOrDefault("auc", Double.NaN));
            }
        }
        return auc;
    }

    /** The mini-batch is shared out, as {@code LearnerOptions.ownBatch} does. */
    private int ownBatch() {
        return Math.max(1, deployment.learner().batch() / plan.replicas());
    }

    private int owner(String userId) {
        return KeyGroupRangeAssignment.assignKeyToParallelOperator(
                userId, deployment.flink().maxParallelism(), plan.replicas());
    }
}
