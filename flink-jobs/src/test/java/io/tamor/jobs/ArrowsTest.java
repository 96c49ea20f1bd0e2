package io.tamor.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may import whom inside the module; between modules the poms hold it. */
@AnalyzeClasses(packages = "io.tamor.jobs", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArrowsTest {

    @ArchTest
    static final ArchRule timelineAndLearnerMeetOnlyInSchemas =
            noClasses()
                    .that()
                    .resideInAPackage("..timeline..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("..learner..", "..jobs.snapshot..");

    @ArchTest
    static final ArchRule theLearnerDoesNotKnowTheTimeline =
            noClasses()
                    .that()
                    .resideInAnyPackage("..learner..", "..jobs.snapshot..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("..timeline..");

    @ArchTest
    static final ArchRule rulesImportNoFlink =
            noClasses()
                    .that()
                    .resideInAPackage("..logic..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("org.apache.flink..", "org.apache.kafka..");

    @ArchTest
    static final ArchRule theOracleSharesNothingWithWhatItChecks =
            classes()
                    .that()
                    .resideInAPackage("..verify.logic..")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            "..verify.logic..",
                            "..jobs.config..",
                            "io.tamor.schemas..",
                            "java..",
                            "org.apache.avro..",
                            "org.apache.commons.codec..",
                            "org.jspecify..");

    @ArchTest
    static final ArchRule configurationImportsNoOtherRoom =
            noClasses()
                    .that()
                    .resideInAPackage("..jobs.config..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "..timeline..",
                            "..learner..",
                            "..jobs.snapshot..",
                            "..jobs.io..",
                            "..cli..",
                            "org.apache.flink..");

    @ArchTest
    static final ArchRule nobodyImportsTheCommandLine =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("..cli..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("..jobs.cli..");
}
