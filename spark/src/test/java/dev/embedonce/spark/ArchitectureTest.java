package dev.embedonce.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** This module's arrows: no other module of this build sees it, since its jar is a bundle. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.embedonce.spark");

    @Test
    void spark_standsOnEmbedAndTable() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.embedonce.cli..",
                        "dev.embedonce.vlm..",
                        "dev.embedonce.engine..",
                        "dev.embedonce.server..",
                        "dev.embedonce.lab..",
                        "dev.embedonce.store.sqlite..",
                        "dev.embedonce.store.postgres..",
                        "dev.embedonce.store.redis..",
                        "dev.embedonce.store.files..")
                .check(CLASSES);
    }

    @Test
    void packages_dependInOneDirection() {
        slices().matching("dev.embedonce.(**)").should().beFreeOfCycles().check(CLASSES);
    }
}
