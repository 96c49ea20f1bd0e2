package io.tamor.model.snapshot.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.tamor.model.config.FieldSpec;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.network.MiniBatch;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Scores a mini-batch with ONNX Runtime. */
final class OnnxScores {
    private OnnxScores() {}

    /**
     * The scores [tasks][rows].
     *
     * @param external rows [slots * dim] of the external fields, by field
     */
    static float[][] of(byte[] model, MiniBatch batch, Map<String, float[]> external)
            throws OrtException {
        ModelSpec spec = batch.spec();
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        Map<String, OnnxTensor> inputs = new HashMap<>();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                OrtSession session = environment.createSession(model, options)) {
            int rows = batch.size();
            List<FieldSpec> fields = spec.input().fields();
            long[][] categorical = new long[rows][fields.size()];
            float[][] dense = new float[rows][spec.input().dense().size()];
            long[] tier = new long[rows];
            long[] scenario = new long[rows];
            for (int r = 0; r < rows; r++) {
                for (int f = 0; f < fields.size(); f++) {
                    categorical[r][f] = batch.categories(f).get(r, 0);
                }
                for (int d = 0; d < dense[r].length; d++) {
                    dense[r][d] = batch.dense(r, d);
                }
                tier[r] = batch.tier(r);
                scenario[r] = batch.scenario(r);
            }
            inputs.put("categorical", OnnxTensor.createTensor(environment, categorical));
            inputs.put("dense", OnnxTensor.createTensor(environment, dense));
            inputs.put("tier", OnnxTensor.createTensor(environment, tier));
            inputs.put("scenario", OnnxTensor.createTensor(environment, scenario));
            for (int f = 0; f < fields.size(); f++) {
                float[] values = external.get(fields.get(f).name());
                if (values != null) {
                    float[][] own = new float[rows][fields.get(f).dim()];
                    for (int r = 0; r < rows; r++) {
                        int from = batch.categories(f).get(r, 0) * own[r].length;
                        System.arraycopy(values, from, own[r], 0, own[r].length);
                    }
                    inputs.put(
                            "external/" + fields.get(f).name(),
                            OnnxTensor.createTensor(environment, own));
                }
            }
            inputs.keySet().retainAll(session.getInputNames());
            float[][] scores = new float[spec.tasks().size()][];
            try (OrtSession.Result result = session.run(inputs)) {
                for (int t = 0; t < scores.length; t++) {
                    scores[t] = (float[]) result.get(spec.tasks().get(t).name()).get().getValue();
                }
            }
            return scores;
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }
}
