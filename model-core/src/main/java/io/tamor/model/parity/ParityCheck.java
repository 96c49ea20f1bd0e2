package io.tamor.model.parity;

import io.tamor.model.network.MiniBatch;
import io.tamor.model.network.Network;
import io.tamor.model.parity.FixtureFile.Tensor;
import io.tamor.model.training.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Computes a fixture's model with this library and compares. */
public final class ParityCheck {
    private ParityCheck() {}

    /** Reads a fixture and compares. */
    public static ParityResult run(Path fixture) throws IOException {
        return run(ParityFixture.read(fixture));
    }

    /**
     * Builds the model, runs the batch, its gradients and the optimiser steps, and compares each.
     */
    public static ParityResult run(ParityFixture fixture) throws IOException {
        MiniBatch batch = fixture.batch();
        Trainer trainer = new Trainer(fixture.spec(), batch.size());
        trainer.loadParameters(fixture.parameters());
        Network network = trainer.network();
        trainer.score(batch);
        network.computeLosses(batch);
        double logits = error(network.logits(), fixture.expected("logits"), "logits");
        double losses = 0;
        for (int t = 0; t < fixture.spec().tasks().size(); t++) {
            losses = larger(losses, network.loss(t), fixture.expected("losses").get(t));
        }
        double intermediates = 0;
        for (String name : network.intermediates()) {
            if (fixture.expects(name)) {
                double e = error(network.intermediate(name), fixture.expected(name), name);
                intermediates = Math.max(intermediates, e);
            }
        }
        network.backward(batch);
        double gradients = 0;
        Map<String, Tensor> expected = fixture.expectedUnder("gradient/");
        requireSame(network.parameters().names(), expected.keySet(), "gradients");
        for (Map.Entry<String, Tensor> entry : expected.entrySet()) {
            INDArray found = network.parameters().gradient(entry.getKey());
            gradients = Math.max(gradients, error(found, entry.getValue(), entry.getKey()));
        }
        double parameters = afterSteps(fixture, trainer, batch);
        boolean within =
                logits <= ParityResult.LOGIT_BOUND
                        && losses <= ParityResult.BOUND
                        && gradients <= ParityResult.BOUND
                        && parameters <= ParityResult.BOUND
                        && intermediates <= ParityResult.BOUND;
        return new ParityResult(
                fixture.name(), logits, losses, gradients, parameters, intermediates, within);
    }

    private static double afterSteps(ParityFixture fixture, Trainer trainer, MiniBatch batch)
            throws IOException {
        for (int step = 0; step < fixture.steps(); step++) {
            if (!trainer.step(batch).applied()) {
                throw new IOException(
                        fixture.name() + ": step " + step + " was dropped, it was not finite");
            }
        }
        double worst = 0;
        Map<String, Tensor> expected = fixture.expectedUnder("after" + fixture.steps() + "/");
        requireSame(trainer.network().parameters().names(), expected.keySet(), "parameters");
        for (Map.Entry<String, Tensor> entry : expected.entrySet()) {
            INDArray found = trainer.network().parameters().value(entry.getKey());
            worst = Math.max(worst, error(found, entry.getValue(), entry.getKey()));
        }
        return worst;
    }

    private static void requireSame(Iterable<String> own, Set<String> expected, String what)
            throws IOException {
        Set<String> names = new LinkedHashSet<>();
        own.forEach(names::add);
        if (!names.equals(expected)) {
            throw new IOException(
                    "the fixture expects " + what + " of " + expected + ", the model has " + names);
        }
    }

    private static double error(INDArray found, Tensor expected, String name) throws IOException {
        if (found.length() != expected.length()) {
            throw new IOException(
                    name
                            + " has "
                            + found.length()
                            + " elements, the fixture expects "
                            + expected.length());
        }
        float[] values = found.dup().data().asFloat();
        double worst = 0;
        for (int i = 0; i < values.length; i++) {
            worst = larger(worst, values[i], expected.get(i));
        }
        return worst;
    }

    private static double larger(double worst, double found, double expected) {
        double error = Math.abs(found - expected) / (Math.abs(expected) + 0.1);
        return Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(worst, error);
    }
}
