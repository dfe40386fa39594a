package io.millrace.script;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class PackageDependenciesTest {
    private static final String SCRIPT = "io.millrace.script";
    private static final JavaClasses CLASSES = new ClassFileImporter()
        .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages(SCRIPT);

    @Test
    void shouldSeeOfTheEngineOnlyEventsCountersAndMemory() {
        noClasses().that().resideInAPackage(SCRIPT + "..").should().dependOnClassesThat().resideInAnyPackage(
            "io.millrace.engine", "io.millrace.engine.port..", "io.millrace.engine.burst..",
            "io.millrace.engine.parse..", "io.millrace.engine.flow..", "io.millrace.engine.detect..",
            "io.millrace.engine.worker..", "io.millrace.engine.config..").check(CLASSES);
    }

    @Test
    void shouldTouchTheBindingsInTheLuaPackageOnly() {
        noClasses().that().resideOutsideOfPackage(SCRIPT + ".lua").should().dependOnClassesThat()
            .resideInAPackage("io.millrace.binding..").check(CLASSES);
        noClasses().that().resideInAPackage(SCRIPT + ".lua").should().dependOnClassesThat()
            .resideInAnyPackage("io.millrace.binding.dpdk..", "io.millrace.binding.ndpi..").check(CLASSES);
    }

    @Test
    void shouldKnowOnlyTheStopsThatComeAfter() {
        forbid(".lua", ".intake", ".output", ".external");
        forbid(".external", ".intake", ".output", ".verdict", ".geo");
        forbid(".verdict", ".intake", ".lua", ".output", ".geo");
        forbid(".output", ".intake", ".lua");
        forbid(".geo", ".intake", ".lua", ".verdict", ".output");
    }

    private static void forbid(final String from, final String... to) {
        for (final String target : to) {
            noClasses().that().resideInAPackage(SCRIPT + from).should().dependOnClassesThat()
                .resideInAPackage(SCRIPT + target).check(CLASSES);
        }
        noClasses().that().resideInAPackage(SCRIPT + from).should().dependOnClassesThat()
            .resideInAPackage(SCRIPT).check(CLASSES);
    }
}
