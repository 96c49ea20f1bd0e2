package io.tamor.model.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.model.TestingModels;
import io.tamor.model.tensor.Kernels;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Trains in a process with the vector module and in one without. */
class KernelPathsTest {
    private static final String MODULE = "jdk.incubator.vector";

    @Test
    void aModelTrainedWithoutTheVectorModuleHasTheSameBits() throws Exception {
        String[] plain = trained(List.of());
        String[] vector = trained(List.of("--add-modules", MODULE));
        assertThat(plain[0]).isEqualTo("PlainKernels");
        assertThat(vector[0]).isIn("VectorKernels", "PlainKernels"); // plain on short vectors
        assertThat(vector[1]).isEqualTo(plain[1]);
    }

    /** The name of the kernels and a hash of the trainer's whole state. */
    private static String[] trained(List<String> options) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(KernelPathsTest.class.getName());
        Process process = new ProcessBuilder(command).redirectError(Redirect.DISCARD).start();
        byte[] output = process.getInputStream().readAllBytes();
        assertThat(process.waitFor()).isZero();
        String[] lines = new String(output, StandardCharsets.UTF_8).strip().split("\n", -1);
        return lines[lines.length - 1].split(" ", -1);
    }

    public static void main(String[] args) throws IOException {
        ByteArrayOutputStream state = new ByteArrayOutputStream();
        for (String type : List.of("tamor", "htlnet")) {
            Trainer trainer = TestingModels.trained(TestingModels.spec(type), 40);
            trainer.writeState(new DataOutputStream(state));
        }
        System.out.println(
                Kernels.chosen().getClass().getSimpleName()
                        + " "
                        + Arrays.hashCode(state.toByteArray()));
    }
}
