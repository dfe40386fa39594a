package io.millrace.binding;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.foreign.Linker;
import org.junit.jupiter.api.Test;

final class BindingArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
        .importPackages("io.millrace.binding");

    @Test
    void shouldStandOnTheJdkAlone() {
        classes().should().onlyDependOnClassesThat().resideInAnyPackage("io.millrace.binding..", "java..")
            .check(CLASSES);
    }

    @Test
    void shouldKeepBindingsApartFromEachOther() {
        slices().matching("io.millrace.binding.(*)..").should().notDependOnEachOther()
            .ignoreDependency(
                DescribedPredicate.alwaysTrue(),
                JavaClass.Predicates.resideInAPackage("io.millrace.binding.link"))
            .check(CLASSES);
    }

    @Test
    void shouldMakeNativeHandlesInOnePlace() {
        noClasses().that().doNotHaveSimpleName("NativeLinker")
            .should().callMethod(Linker.class, "nativeLinker")
            .check(CLASSES);
    }
}
