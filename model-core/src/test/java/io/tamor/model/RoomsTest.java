package io.tamor.model;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between the rooms of this module. */
@AnalyzeClasses(packages = "io.tamor.model", importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
    @ArchTest
    static final ArchRule NO_CLUSTER_AND_NO_WIRE =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "org.apache.flink..",
                            "org.apache.kafka..",
                            "org.apache.avro..",
                            "io.tamor.jobs..",
                            "io.tamor.schemas..");

    @ArchTest
    static final ArchRule CONFIG_KNOWS_NO_OTHER_ROOM =
            noClasses()
                    .that()
                    .resideInAPackage("..model.config")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(rooms("tensor", "layer", "embedding", "ple", "tier"))
                    .orShould()
                    .dependOnClassesThat()
                    .resideInAnyPackage(rooms("network", "loss", "optimizer", "training"));

    @ArchTest
    static final ArchRule TENSOR_KNOWS_NO_OTHER_ROOM =
            noClasses()
                    .that()
                    .resideInAPackage("..model.tensor")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(rooms("config", "layer", "embedding", "ple", "tier"))
                    .orShould()
                    .dependOnClassesThat()
                    .resideInAnyPackage(rooms("network", "loss", "optimizer", "training"));

    @ArchTest
    static final ArchRule PARTS_KNOW_NO_WHOLE =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            rooms("layer", "embedding", "loss", "optimizer", "metric", "ple"))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(rooms("network", "training", "score"));

    @ArchTest
    static final ArchRule NETWORKS_DO_NOT_TRAIN =
            noClasses()
                    .that()
                    .resideInAnyPackage(rooms("network", "tier"))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(rooms("training", "optimizer", "score"));

    private static String[] rooms(String... names) {
        String[] packages = new String[names.length];
        for (int i = 0; i < names.length; i++) {
            packages[i] = "..model." + names[i] + "..";
        }
        return packages;
    }
}
