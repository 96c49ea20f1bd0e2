package io.tamor.quickstart;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which room may import which. */
@AnalyzeClasses(
        packages = "io.tamor.quickstart",
        importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
    @ArchTest
    static final ArchRule ARROWS =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .layer("feed")
                    .definedBy("..quickstart.feed")
                    .layer("simulator")
                    .definedBy("..quickstart.simulator")
                    .layer("dataset")
                    .definedBy("..quickstart.dataset")
                    .layer("broker")
                    .definedBy("..quickstart.broker")
                    .layer("cluster")
                    .definedBy("..quickstart.cluster")
                    .layer("report")
                    .definedBy("..quickstart.report")
                    .layer("run")
                    .definedBy("..quickstart.run")
                    .layer("benchmark")
                    .definedBy("..quickstart.benchmark")
                    .layer("cli")
                    .definedBy("..quickstart.cli")
                    .whereLayer("cli")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("benchmark")
                    .mayOnlyBeAccessedByLayers("cli")
                    .whereLayer("run")
                    .mayOnlyBeAccessedByLayers("cli")
                    .whereLayer("report")
                    .mayOnlyBeAccessedByLayers("run", "cli")
                    .whereLayer("broker")
                    .mayOnlyBeAccessedByLayers("run", "benchmark")
                    .whereLayer("cluster")
                    .mayOnlyBeAccessedByLayers("run", "benchmark", "cli")
                    .whereLayer("dataset")
                    .mayOnlyBeAccessedByLayers("run", "cli")
                    .whereLayer("simulator")
                    .mayOnlyBeAccessedByLayers("report", "run", "benchmark", "cli");
}
