package io.tamor.model.tensor;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the kernels once, when they are first asked for. The vector kernels are loaded by name:
 * this module runs, and compiles but for them, without {@code jdk.incubator.vector}.
 */
final class KernelChoice {
    static final String MODULE = "jdk.incubator.vector";
    private static final String VECTOR = "io.tamor.model.tensor.VectorKernels";
    private static final Logger LOG = LoggerFactory.getLogger(KernelChoice.class);

    static final Kernels CHOSEN = choose();

    private KernelChoice() {}

    private static Kernels choose() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            LOG.debug("plain kernels; the option --add-modules {} brings the vector ones", MODULE);
            return new PlainKernels();
        }
        try {
            return vector();
        } catch (ReflectiveOperationException | LinkageError e) {
            // An incubator's classes may change with the JVM, and a processor's vectors may be
            // short; the plain kernels give the same bits.
            LOG.info("plain kernels: the vector ones do not fit this JVM or processor", e);
            return new PlainKernels();
        }
    }

    /** The vector kernels; they need the module. */
    static Kernels vector() throws ReflectiveOperationException {
        return Class.forName(VECTOR)
                .asSubclass(Kernels.class)
                .getDeclaredConstructor()
                .newInstance();
    }
}
