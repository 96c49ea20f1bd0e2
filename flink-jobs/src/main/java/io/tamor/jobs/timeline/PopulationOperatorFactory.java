package io.tamor.jobs.timeline;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.timeline.logic.PopulationRules;
import io.tamor.jobs.timeline.logic.RawEvent;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;

/** Makes the {@link PopulationOperator} of each subtask. */
final class PopulationOperatorFactory extends AbstractStreamOperatorFactory<RawEvent> {
    private final Deployment deployment;
    private final PopulationRules rules;
    private final boolean told;

    /**
     * @param told true where the impressions have passed a stage before
     */
    PopulationOperatorFactory(Deployment deployment, PopulationRules rules, boolean told) {
        this.deployment = deployment;
        this.rules = rules;
        this.told = told;
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the interface's signature
    public <T extends StreamOperator<RawEvent>> T createStreamOperator(
            StreamOperatorParameters<RawEvent> parameters) {
        return (T) new PopulationOperator(parameters, deployment, rules, told);
    }

    @Override
    @SuppressWarnings("rawtypes") // the interface's own signature
    public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
        return PopulationOperator.class;
    }
}
