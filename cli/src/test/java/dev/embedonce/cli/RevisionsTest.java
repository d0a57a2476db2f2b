package dev.embedonce.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.image.process.ImageProcessor;
import dev.embedonce.key.Revisions;
import dev.embedonce.vlm.vision.GivenTensors;
import dev.embedonce.vlm.vision.ImageProcessing;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * No part of a vision tower is without a revision: whatever another class can call, and adds to a graph, calls {@link
 * GraphBuilder#uses} too, itself or within its class, or is a method of an object whose constructors do.
 */
class RevisionsTest {
    /** Where towers are built. Decoders make no features: {@code vlm.decoder} is not among them. */
    private static final String[] TOWERS = {
        "dev.embedonce.graph.blocks",
        "dev.embedonce.model.tower",
        "dev.embedonce.encoder.arch",
        "dev.embedonce.vlm.vision",
        "dev.embedonce.vlm.family"
    };

    private static final Set<String> PARTS =
            Set.of("Value", "PatchGrid", "Windows", "Ops", "GraphBuilder", "TowerGraph", "TowerBuilder", "Tower");

    /** Only names tensors and hands them to the graph builder, which has a revision of its own. */
    private static final Set<String> EXEMPT = Set.of(Scope.class.getName());

    private static Map<JavaCodeUnit, Set<JavaCodeUnit>> calls;
    private static Set<JavaCodeUnit> building;

    @BeforeAll
    static void read() {
        JavaClasses classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(Stream.concat(Stream.of(TOWERS), Stream.of("dev.embedonce.image"))
                        .toArray(String[]::new));
        calls = new HashMap<>();
        for (JavaClass type : classes) {
            for (JavaCodeUnit unit : type.getCodeUnits()) {
                calls.put(unit, targets(unit));
            }
        }
        building = new HashSet<>();
        calls.keySet().stream().filter(unit -> addsToGraph(unit)).forEach(building::add);
        while (building.addAll(calls.keySet().stream()
                .filter(unit -> calls.getOrDefault(unit, Set.of()).stream()
                        .anyMatch(target -> isPartOfGraph(target) && building.contains(target)))
                .toList())) {
            // until nobody is found who calls one of them
        }
    }

    private static Set<JavaCodeUnit> targets(JavaCodeUnit unit) {
        Set<JavaCodeUnit> targets = new HashSet<>();
        Stream.concat(
                        unit.getCallsFromSelf().stream().map(JavaCodeUnitAccess::getTarget),
                        Stream.concat(
                                unit.getMethodReferencesFromSelf().stream().map(JavaCodeUnitAccess::getTarget),
                                unit.getConstructorReferencesFromSelf().stream().map(JavaCodeUnitAccess::getTarget)))
                .forEach(target -> target.resolveMember().ifPresent(targets::add));
        return targets;
    }

    private static boolean addsToGraph(JavaCodeUnit unit) {
        return unit.getCallsFromSelf().stream().anyMatch(call -> {
            String name = call.getTarget().getName();
            return (call.getTargetOwner().isEquivalentTo(Ops.class)
                            && !Set.of("graph", "<init>").contains(name))
                    || (call.getTargetOwner().isEquivalentTo(GraphBuilder.class)
                            && !Set.of("uses", "build", "<init>").contains(name));
        });
    }

    /** Whether a call of this is mathematics: values of a graph, or the graph itself, go in or come out. */
    private static boolean isPartOfGraph(JavaCodeUnit unit) {
        return Stream.concat(unit.getRawParameterTypes().stream(), Stream.of(unit.getRawReturnType()))
                .map(JavaClass::getSimpleName)
                .anyMatch(PARTS::contains);
    }

    private static boolean saysRevision(JavaCodeUnit unit) {
        return unit.getCallsFromSelf().stream()
                .anyMatch(call -> call.getTargetOwner().isEquivalentTo(GraphBuilder.class)
                        && call.getTarget().getName().equals("uses"));
    }

    /** Whether a code unit, or what it calls within its class or of a builder with a revision, is of this kind. */
    private static boolean reaches(JavaCodeUnit unit, Predicate<JavaCodeUnit> kind, Set<JavaCodeUnit> seen) {
        if (!seen.add(unit)) {
            return false;
        }
        return kind.test(unit)
                || calls.getOrDefault(unit, Set.of()).stream()
                        .filter(target -> outer(target.getOwner()).equals(outer(unit.getOwner())) || isTower(target))
                        .anyMatch(target -> reaches(target, kind, seen));
    }

    /** A tower's constructor takes the revision of whoever builds with it. */
    private static boolean isTower(JavaCodeUnit unit) {
        return unit.isConstructor()
                && Set.of("TowerGraph", "Tower", "TowerBuilder")
                        .contains(unit.getOwner().getSimpleName());
    }

    private static JavaClass outer(JavaClass type) {
        return type.getEnclosingClass().map(RevisionsTest::outer).orElse(type);
    }

    private static boolean isCovered(JavaCodeUnit unit) {
        if (reaches(unit, RevisionsTest::saysRevision, new HashSet<>())) {
            return true;
        }
        Collection<? extends JavaCodeUnit> constructors = unit.getOwner().getConstructors();
        return !unit.getModifiers().contains(JavaModifier.STATIC)
                && !unit.isConstructor()
                && constructors.stream().allMatch(made -> reaches(made, RevisionsTest::saysRevision, new HashSet<>()));
    }

    @Test
    void whateverAddsToATower_hasARevision() {
        List<String> without = building.stream()
                .filter(unit -> !unit.getModifiers().contains(JavaModifier.PRIVATE))
                .filter(unit -> !unit.getModifiers().contains(JavaModifier.SYNTHETIC))
                .filter(unit -> !EXEMPT.contains(unit.getOwner().getName()))
                .filter(unit -> !isCovered(unit))
                .map(JavaCodeUnit::getFullName)
                .sorted()
                .toList();

        assertThat(without)
                .as("each adds to a tower's graph without saying a revision: give its class a REVISION and call"
                        + " GraphBuilder.uses where it adds")
                .isEmpty();
    }

    @Test
    void rule_seesTheBlocks() {
        assertThat(building.stream().map(unit -> unit.getOwner().getSimpleName()))
                .contains(
                        "Norm",
                        "Mlp",
                        "ClipBlock",
                        "PositionTable",
                        "ClipVision",
                        "DavitVision",
                        "TileInput",
                        "Clip",
                        "MllamaVision");
    }

    @Test
    void everyStepOfAProcessor_isAmongItsRevisions() {
        List<JavaClass> processors = calls.keySet().stream()
                .map(JavaCodeUnit::getOwner)
                .distinct()
                .filter(type -> !type.isEquivalentTo(GivenTensors.class)) // makes no pictures ready
                .filter(type -> type.isEquivalentTo(ImageProcessor.class)
                        || (type.isAssignableTo(ImageProcessing.class) && !type.isInterface()))
                .toList();
        assertThat(processors).hasSizeGreaterThan(1);

        for (JavaClass processor : processors) {
            assertThat(stepsReached(processor))
                    .as(processor.getName() + " makes pixels with these; its revisions() must name them")
                    .isNotEmpty()
                    .isSubsetOf(described(processor));
        }
    }

    /** The classes with a revision that a processor reaches when it is made and when it processes. */
    private static Set<String> stepsReached(JavaClass processor) {
        return reached(processor, "<init>", "process").stream()
                .map(JavaCodeUnit::getOwner)
                .filter(type -> !isPlainRecordWithin(type))
                .map(RevisionsTest::outer)
                .filter(type -> type.getMethods().stream().anyMatch(RevisionsTest::isDescription))
                .map(JavaClass::getName)
                .collect(Collectors.toSet());
    }

    /** The classes whose revisions a processor adds. */
    private static Set<String> described(JavaClass processor) {
        return reached(processor, "revisions").stream()
                .filter(RevisionsTest::isDescription)
                .map(unit -> unit.getOwner().getName())
                .collect(Collectors.toSet());
    }

    /** A record such as a size does nothing that pixels depend on. */
    private static boolean isPlainRecordWithin(JavaClass type) {
        return type.isRecord()
                && !outer(type).equals(type)
                && !type.isAssignableTo(outer(type).getName());
    }

    private static boolean isDescription(JavaCodeUnit unit) {
        return unit.getName().equals("describe")
                && unit.getRawParameterTypes().stream().anyMatch(type -> type.isEquivalentTo(Revisions.class));
    }

    private static Set<JavaCodeUnit> reached(JavaClass type, String... names) {
        Set<JavaCodeUnit> seen = new HashSet<>();
        Deque<JavaCodeUnit> open = new ArrayDeque<>(type.getCodeUnits().stream()
                .filter(unit -> List.of(names).contains(unit.getName()))
                .toList());
        while (!open.isEmpty()) {
            JavaCodeUnit unit = open.remove();
            if (seen.add(unit)) {
                open.addAll(calls.getOrDefault(unit, Set.of()));
            }
        }
        return seen;
    }
}
