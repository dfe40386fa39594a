package io.millrace.launch;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ModuleArchitectureTest {
    private static JavaClasses module;
    private static JavaClasses project;

    @BeforeAll
    static void readClasses() {
        module = new ClassFileImporter().importPath(Path.of("target/classes"));
        project = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.millrace");
        assertThat(project.contain("io.millrace.engine.FlowEngine")).isTrue();
    }

    @Test
    void shouldHoldNothingButTheLaunch() {
        classes().should().resideInAPackage("io.millrace.launch..").check(module);
    }

    @Test
    void shouldBeSeenByNobody() {
        noClasses().that().resideOutsideOfPackage("io.millrace.launch..")
            .should().dependOnClassesThat().resideInAPackage("io.millrace.launch..").check(project);
    }

    /** The exception is mapped to an exit code. */
    @Test
    void shouldKnowNothingOfTheBindingsButAnException() {
        noClasses().should().dependOnClassesThat(resideInAPackage("io.millrace.binding..")
            .and(not(name("io.millrace.binding.link.EnvironmentException")))).check(module);
    }

    @Test
    void shouldHoldTheOnlyMain() {
        assertThat(project.stream().filter(type -> type.tryGetMethod("main", String[].class).isPresent()))
            .singleElement().satisfies(type -> assertThat(type.getName()).isEqualTo("io.millrace.launch.Millrace"));
    }
}
