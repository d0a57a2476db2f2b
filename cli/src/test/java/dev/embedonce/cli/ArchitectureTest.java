package dev.embedonce.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The arrows of ARCHITECTURE.md. */
class ArchitectureTest {
    private static final String[] CORE = {
        "dev.embedonce.annotation..",
        "dev.embedonce.key..",
        "dev.embedonce.hash..",
        "dev.embedonce.value..",
        "dev.embedonce.codec..",
        "dev.embedonce.store",
        "dev.embedonce.feature..",
        "dev.embedonce.cache..",
        "dev.embedonce.care..",
        "dev.embedonce.error.."
    };

    /** For other frameworks. */
    private static final String[] ADAPTERS = {"dev.embedonce.langchain4j.."};

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.embedonce");

    @Test
    void core_knowsNoStoreNoEncoderNoCommand() {
        noClasses()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.embedonce.store.*..",
                        "dev.embedonce.table..",
                        "dev.embedonce.image..",
                        "dev.embedonce.graph..",
                        "dev.embedonce.hub..",
                        "dev.embedonce.model..",
                        "dev.embedonce.encoder..",
                        "dev.embedonce.embed..",
                        "dev.embedonce.template..",
                        "dev.embedonce.vlm..",
                        "dev.embedonce.engine..",
                        "dev.embedonce.server..",
                        "dev.embedonce.lab..",
                        "dev.embedonce.cli..",
                        "java.sql..",
                        "java.net.http..",
                        "ai.onnxruntime..")
                .check(CLASSES);
    }

    /** The stores that there are, a package each below that of their interface, and the package of what they share. */
    static Set<String> stores() {
        return CLASSES.stream()
                .map(type -> type.getPackageName().split("\\."))
                .filter(name -> name.length > 3 && name[2].equals("store"))
                .map(name -> name[3])
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void stores_areFound() {
        assertThat(stores()).contains("memory", "sqlite", "duckdb", "files", "redis", "postgres", "support");
    }

    @ParameterizedTest
    @MethodSource("stores")
    void stores_knowOnlyCore(String store) {
        noClasses()
                .that()
                .resideInAPackage("dev.embedonce.store." + store + "..")
                .should()
                .dependOnClassesThat(DescribedPredicate.describe("are ours, but neither core nor this store", type -> {
                    String name = type.getPackageName();
                    boolean ours = name.startsWith("dev.embedonce.");
                    boolean here = name.startsWith("dev.embedonce.store." + store);
                    boolean other = name.matches(
                            "dev\\.embedonce\\.(store\\.(?!support)|table|image|graph|hub|model|encoder|embed|template|vlm|engine|server|lab|cli|feature|cache|care).*");
                    return ours && other && !here;
                }))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void table_knowsOnlyCore_andNoParquet() {
        noClasses()
                .that()
                .resideInAPackage("dev.embedonce.table..")
                .should()
                .dependOnClassesThat(DescribedPredicate.describe("are elsewhere than in core and Java", type -> {
                    String name = type.getPackageName();
                    boolean core = name.matches("dev\\.embedonce\\.(codec|error|hash|key|store)");
                    boolean here = name.startsWith("dev.embedonce.table");
                    return !core && !here && !name.matches("java\\.(io|lang|nio|time|util)(\\..*)?|org\\.jspecify.*|");
                }))
                .check(CLASSES);
    }

    @Test
    void image_knowsOnlyCore() {
        noClasses()
                .that()
                .resideInAPackage("dev.embedonce.image..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.embedonce.graph..", "dev.embedonce.encoder..", "dev.embedonce.cli..", "ai.onnxruntime..")
                .check(CLASSES);
    }

    @Test
    void graph_knowsNoImagesAndNoEncoders() {
        noClasses()
                .that()
                .resideInAPackage("dev.embedonce.graph..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.embedonce.image..", "dev.embedonce.encoder..", "dev.embedonce.cli..")
                .check(CLASSES);
    }

    @Test
    void embed_knowsCoreAndEncodersOnly_andIsKnownByNoneOfThem() {
        noClasses()
                .that()
                .resideInAPackage("dev.embedonce.embed..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.embedonce.store.*..",
                        "dev.embedonce.template..",
                        "dev.embedonce.vlm..",
                        "dev.embedonce.server..",
                        "dev.embedonce.lab..",
                        "dev.embedonce.cli..",
                        "picocli..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.embedonce.encoder..",
                        "dev.embedonce.vlm..",
                        "dev.embedonce.server..",
                        "dev.embedonce.lab..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.embedonce.embed..")
                .check(CLASSES);
    }

    @Test
    void template_knowsNobody() {
        noClasses()
                .that()
                .resideInAPackage("dev.embedonce.template..")
                .should()
                .dependOnClassesThat(DescribedPredicate.describe("are ours, and elsewhere", type -> {
                    String name = type.getPackageName();
                    return name.startsWith("dev.embedonce.") && !name.startsWith("dev.embedonce.template");
                }))
                .check(CLASSES);
    }

    @Test
    void encodersAndVisionLanguageModels_standSideBySide() {
        noClasses()
                .that()
                .resideInAPackage("dev.embedonce.vlm..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.embedonce.encoder..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAnyPackage("dev.embedonce.hub..", "dev.embedonce.model..", "dev.embedonce.encoder..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.embedonce.vlm..", "dev.embedonce.engine..", "dev.embedonce.embed..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAnyPackage("dev.embedonce.hub..", "dev.embedonce.model..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.embedonce.encoder..")
                .check(CLASSES);
    }

    @Test
    void vlm_knowsNoEngineNoServerNoLabAndNoCommands() {
        noClasses()
                .that()
                .resideInAPackage("dev.embedonce.vlm..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.embedonce.engine..",
                        "dev.embedonce.server..",
                        "dev.embedonce.lab..",
                        "dev.embedonce.cli..",
                        "java.net.http..")
                .check(CLASSES);
    }

    @Test
    void engine_knowsNoHttpNoJsonNoServerAndNoCommands() {
        noClasses()
                .that()
                .resideInAPackage("dev.embedonce.engine..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.embedonce.server..",
                        "dev.embedonce.lab..",
                        "dev.embedonce.cli..",
                        "org.eclipse.jetty..",
                        "com.fasterxml..",
                        "java.net..")
                .check(CLASSES);
    }

    @Test
    void families_areKnownByTheRegistryOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.embedonce.vlm.family..")
                .and()
                .doNotHaveFullyQualifiedName("dev.embedonce.vlm.Families")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.embedonce.vlm.family.*..")
                .check(CLASSES);
    }

    @Test
    void families_doNotKnowEachOther() {
        slices().matching("dev.embedonce.vlm.family.(*)..")
                .should()
                .notDependOnEachOther()
                .check(CLASSES);
    }

    @Test
    void server_knowsNoCommands_andTheLabKnowsNeither() {
        noClasses()
                .that()
                .resideInAPackage("dev.embedonce.server..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.embedonce.lab..", "dev.embedonce.cli..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("dev.embedonce.lab..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.embedonce.engine..",
                        "dev.embedonce.server..",
                        "dev.embedonce.vlm..",
                        "dev.embedonce.cli..")
                .check(CLASSES);
    }

    @Test
    void adapters_knowNoStoreNoServerAndNoCommands_andAreKnownByNobody() {
        noClasses()
                .that()
                .resideInAnyPackage(ADAPTERS)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.embedonce.store..",
                        "dev.embedonce.embed..",
                        "dev.embedonce.server..",
                        "dev.embedonce.lab..",
                        "dev.embedonce.cli..",
                        "ai.onnxruntime..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideOutsideOfPackages(ADAPTERS)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ADAPTERS)
                .check(CLASSES);
    }

    @Test
    void onnxRuntime_isUsedInOnePlace() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.embedonce.graph..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ai.onnxruntime..")
                .check(CLASSES);
    }

    /** The modules with internal packages, by their package. */
    static Set<String> internals() {
        return CLASSES.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> name.contains(".internal"))
                .map(name -> name.substring(0, name.indexOf('.', "dev.embedonce.".length())))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @ParameterizedTest
    @MethodSource("internals")
    void internalPackages_stayInternal(String module) {
        noClasses()
                .that()
                .resideOutsideOfPackage(module + "..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(module + "..internal..")
                .check(CLASSES);
    }
}
