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
    private final int inputCount;

    PopulationOperatorFactory(Deployment deployment, PopulationRules rules, int inputCount) {
        this.deployment = deployment;
        this.rules = rules;
        this.inputCount = inputCount;
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the interface's signature
    public <T extends StreamOperator<RawEvent>> T createStreamOperator(
            StreamOperatorParameters<RawEvent> parameters) {
        return (T) new PopulationOperator(parameters, deployment, rules, inputCount);
    }

    @Override
    @SuppressWarnings("rawtypes") // the interface's own signature
    public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
        return PopulationOperator.class;
    }
}
