package io.millrace.engine;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Packages see only the stops of a packet's path before their own. */
final class EngineArchitectureTest {
    private static final String ROOT = "io.millrace.engine.";
    private static final List<String> PATH =
        List.of("port", "burst", "parse", "flow.key", "flow.table", "detect", "event");
    private static final JavaClasses CLASSES = new ClassFileImporter()
        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
        .importPackages("io.millrace.engine");

    static Stream<String> stages() {
        return PATH.stream();
    }

    @ParameterizedTest
    @MethodSource("stages")
    void shouldSeeNoLaterStage(final String stage) {
        final String[] unseen = Stream.concat(
            IntStream.range(PATH.indexOf(stage) + 1, PATH.size()).mapToObj(PATH::get), Stream.of("worker"))
            .map(EngineArchitectureTest::packages).toArray(String[]::new);

        noClasses().that().resideInAPackage(packages(stage))
            .should().dependOnClassesThat().resideInAnyPackage(unseen)
            .check(CLASSES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"telemetry", "config", "memory", "service"})
    void shouldSeeNoStageFromBesideThePath(final String beside) {
        noClasses().that().resideInAPackage(packages(beside))
            .should().dependOnClassesThat().resideInAnyPackage(
                Stream.concat(PATH.stream(), Stream.of("worker")).map(EngineArchitectureTest::packages)
                    .toArray(String[]::new))
            .check(CLASSES);
    }

    @Test
    void shouldLetNobodySeeTheEngineThatBuildsEverything() {
        noClasses().that().resideInAPackage(ROOT + "*..")
            .should().dependOnClassesThat().resideInAPackage("io.millrace.engine")
            .check(CLASSES);
    }

    @Test
    void shouldTouchNativeCodeFromFewPlaces() {
        noClasses().that().resideOutsideOfPackages(packages("port"), packages("detect"), packages("memory"),
                packages("service"))
            .and().haveNameNotMatching("io\\.millrace\\.engine\\.(FlowEngine|EngineLibraries)(\\$.*)?")
            .should().dependOnClassesThat().resideInAPackage("io.millrace.binding..")
            .check(CLASSES);
    }

    @Test
    void shouldNotKnowItsUsers() {
        noClasses().should().dependOnClassesThat()
            .resideInAnyPackage("io.millrace.script..", "io.millrace.launch..", "io.millrace.bench..")
            .check(CLASSES);
    }

    private static String packages(final String name) {
        return ROOT + name + "..";
    }
}
