package dev.embedonce.springboot;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** The arrows of the adapters for Spring. The command line does not see them, so its test cannot check them. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages("dev.embedonce.springai", "dev.embedonce.springboot");

    @Test
    void adapters_knowNoStoreNoServerAndNoCommands() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.embedonce.store.*..",
                        "dev.embedonce.server..",
                        "dev.embedonce.embed..",
                        "dev.embedonce.lab..",
                        "dev.embedonce.cli..",
                        "dev.embedonce..internal..")
                .check(CLASSES);
    }

    @Test
    void springAi_knowsNoSpringBoot() {
        noClasses()
                .that()
                .resideInAPackage("dev.embedonce.springai..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.embedonce.springboot..", "org.springframework.boot..")
                .check(CLASSES);
    }
}
