package dev.embedonce.bench;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packages depend on each other in one direction only. The test stands in this module because this one sees all the others. */
class PackageCyclesTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.embedonce");

    /** The packages of one module; a module without cycles gets its line here. {@code [a|b]} stands for several in one line. */
    @ParameterizedTest
    @ValueSource(strings = {"dev.embedonce.template..", "dev.embedonce.lab..", "dev.embedonce.bench.."})
    void packagesOfOneModule_haveNoCycle(String packages) {
        slices().assignedFrom(new Packages(packages)).should().beFreeOfCycles().check(CLASSES);
    }

    /** Every package is a slice of its own, that of the module's name too. */
    private record Packages(String included) implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return resideInAnyPackage(included).test(type)
                    ? SliceIdentifier.of(type.getPackageName())
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "packages " + included;
        }
    }
}
