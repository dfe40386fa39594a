package io.millrace.launch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The shell launcher, laid out as a distribution. In place of Java stands a script that prints how it was called, so
 * that the choice of Java and the command line can be seen.
 */
class LauncherScriptTest {
    private static final Path DEPLOY = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    private static final String NO_JAVA_HERE = "/nonexistent";

    @TempDir
    private Path folder;

    private Path home;

    private record Run(int exitCode, List<String> output, List<String> errors) {
    }

    @BeforeEach
    void layOutDistribution() throws IOException {
        home = folder.resolve("a distribution");
        Files.createDirectories(home.resolve("lib"));
        Files.createDirectory(home.resolve("native"));
        for (final String file : List.of("millrace", "jvm.options", "lib/java.sh")) {
            Files.copy(DEPLOY.resolve(file), home.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    @Test
    void shouldPreferJavaHomeToTheEmbeddedRuntime() throws Exception {
        final Path jdk = java("jdk", "25.0.3");
        java("a distribution/runtime", "25.0.3");

        assertThat(run(Map.of("JAVA_HOME", jdk.toString())).output()).startsWith(jdk + "/bin/java");
    }

    @Test
    void shouldPassOverAJavaHomeThatIsTooOld() throws Exception {
        final Path old = java("old", "24.0.2");
        final Path older = java("older", "1.8.0_412");
        final Path runtime = java("a distribution/runtime", "25");

        assertThat(run(Map.of("JAVA_HOME", old.toString())).output()).startsWith(runtime + "/bin/java");
        assertThat(run(Map.of("JAVA_HOME", older.toString())).output()).startsWith(runtime + "/bin/java");
    }

    @Test
    void shouldPreferTheEmbeddedRuntimeToJavaOnThePath() throws Exception {
        final Path runtime = java("a distribution/runtime", "25.0.3");
        final Path onPath = java("path", "26");

        assertThat(run(Map.of("PATH", onPath + "/bin:/usr/bin:/bin")).output()).startsWith(runtime + "/bin/java");
    }

    @Test
    void shouldFollowTheLinkOfJavaOnThePathToItsHome() throws Exception {
        final Path jdk = java("jdk", "26-ea");
        final Path bin = Files.createDirectory(folder.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("java"), jdk.resolve("bin/java"));

        assertThat(run(Map.of("PATH", bin + ":/usr/bin:/bin")).output()).startsWith(jdk + "/bin/java");
    }

    @Test
    void shouldPassArgumentsOnUnchanged() throws Exception {
        final Path jdk = java("jdk", "25");
        final String[] arguments = {"replay", "a b.pcap", "", "*", "@flags", "--eve", "-"};

        final Run run = run(Map.of("JAVA_HOME", jdk.toString()), arguments);

        assertThat(run.output()).endsWith(arguments);
        assertThat(run.output()).containsSequence(
            "-cp", home + "/lib/*", "io.millrace.launch.Millrace", "replay");
    }

    @Test
    void shouldFindItsFolderThroughASymbolicLink() throws Exception {
        final Path jdk = java("jdk", "25");
        final Path link = Files.createSymbolicLink(folder.resolve("millrace"), home.resolve("millrace"));

        assertThat(run(link, Map.of("JAVA_HOME", jdk.toString())).output()).contains(
            "@" + home + "/jvm.options",
            "-Dmillrace.home=" + home,
            "-Dmillrace.native.directory=" + home + "/native");
    }

    @Test
    void shouldPutOptionsOfTheEnvironmentBehindItsOwn() throws Exception {
        final Path jdk = java("jdk", "25");

        assertThat(run(Map.of("JAVA_HOME", jdk.toString(), "MILLRACE_JVM_OPTIONS", "-Xmx1g  -Dname=*")).output())
            .containsSubsequence("@" + home + "/jvm.options", "-Xmx1g", "-Dname=*", "-cp");
    }

    @Test
    void shouldGiveTheCacheOfClassesWhereThereIsOne() throws Exception {
        final Path jdk = java("jdk", "25");
        final String option = "-XX:AOTCache=" + home + "/millrace.aot";

        assertThat(run(Map.of("JAVA_HOME", jdk.toString())).output()).doesNotContain(option);
        Files.createFile(home.resolve("millrace.aot"));
        assertThat(run(Map.of("JAVA_HOME", jdk.toString())).output()).contains(option);
    }

    @Test
    void shouldPassOverACacheThatIsNone() throws Exception {
        Files.writeString(home.resolve("millrace.aot"), "not a cache of classes");
        // Java itself, of which the launcher passes on what it was given and the test asks for the version.
        final Run run = run(Map.of("JAVA_HOME", System.getProperty("java.home"), "MILLRACE_JVM_OPTIONS", "--version"));

        assertThat(run.exitCode()).isZero();
        assertThat(run.errors()).isEmpty();
        assertThat(run.output()).first().asString().startsWith("openjdk ");
    }

    @Test
    void shouldRunInAUtf8LocaleEvenWhenNoneIsSet() throws Exception {
        final Path jdk = java("jdk", "25");

        assertThat(run(Map.of("JAVA_HOME", jdk.toString(), "LANG", "C")).output()).contains("LC_ALL=C.UTF-8");
        assertThat(run(Map.of("JAVA_HOME", jdk.toString(), "LANG", "de_DE.UTF-8")).output()).contains("LC_ALL=");
    }

    @Test
    void shouldSayInOneLineThatTheDistributionIsNotComplete() throws Exception {
        Files.delete(home.resolve("native"));

        final Run run = run(Map.of("JAVA_HOME", NO_JAVA_HERE));

        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.output()).isEmpty();
        assertThat(run.errors()).singleElement().asString().contains(home.toString(), "install Millrace again");
    }

    @Test
    void shouldSayInOneLineThatACheckoutIsNotBuilt() throws Exception {
        Files.createFile(home.resolve("pom.xml"));

        final Run run = run(Map.of("JAVA_HOME", NO_JAVA_HERE));

        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.errors()).singleElement().asString()
            .contains("not built yet", home + "/quickstart", "mvn package");
    }

    @Test
    void shouldTakeTheNewestJarOfACheckout() throws Exception {
        final Path deploy = folder.resolve("checkout/deploy");
        Files.createDirectories(deploy.resolve("target/lib"));
        Files.createDirectories(folder.resolve("checkout/native-bindings/target/native"));
        Files.move(home.resolve("lib"), deploy.resolve("lib"));
        Files.copy(DEPLOY.resolve("millrace"), deploy.resolve("millrace"),
            StandardCopyOption.COPY_ATTRIBUTES);
        Files.createFile(deploy.resolve("pom.xml"));
        final Path newer = Files.createFile(deploy.resolve("target/deploy-0.1.0.jar"));
        final Path older = Files.createFile(deploy.resolve("target/deploy-0.2.0.jar"));
        Files.setLastModifiedTime(older, FileTime.fromMillis(0));
        final Path jdk = java("jdk", "25");

        assertThat(run(deploy.resolve("millrace"), Map.of("JAVA_HOME", jdk.toString())).output()).contains(
            newer + ":" + deploy + "/target/lib/*",
            "-Dmillrace.native.directory=" + folder.resolve("checkout/native-bindings/target/native"));
    }

    @Test
    void shouldGiveTheJvmOptionsThatItTakesWithoutAWord() throws Exception {
        final Run run = execute(Map.of(), List.of(
            System.getProperty("java.home") + "/bin/java", "@" + DEPLOY.resolve("jvm.options"), "--version"));

        assertThat(run.exitCode()).isZero();
        assertThat(run.errors()).isEmpty();
        assertThat(run.output()).noneMatch(line -> line.contains("warning"));
    }

    /** A folder that looks like a Java of this version, whose java prints its locale and how it was called. */
    private Path java(final String name, final String version) throws IOException {
        final Path java = folder.resolve(name);
        Files.createDirectories(java.resolve("bin"));
        Files.writeString(java.resolve("release"), "IMPLEMENTOR=\"test\"\nJAVA_VERSION=\"" + version + "\"\n");
        Files.writeString(java.resolve("bin/java"),
            "#!/bin/sh\nprintf '%s\\n' \"$0\" \"LC_ALL=${LC_ALL-}\" \"$@\"\n");
        Files.setPosixFilePermissions(java.resolve("bin/java"), PosixFilePermissions.fromString("rwxr-xr-x"));
        return java;
    }

    private Run run(final Map<String, String> environment, final String... arguments) throws Exception {
        return run(home.resolve("millrace"), environment, arguments);
    }

    private Run run(final Path launcher, final Map<String, String> environment, final String... arguments)
        throws Exception {
        return execute(environment, Stream.concat(Stream.of(launcher.toString()), Stream.of(arguments)).toList());
    }

    private Run execute(final Map<String, String> environment, final List<String> command) throws Exception {
        final Path output = folder.resolve("output");
        final Path errors = folder.resolve("errors");
        final ProcessBuilder builder = new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().putAll(environment);
        final int exitCode = builder.start().waitFor();
        return new Run(exitCode, Files.readAllLines(output, UTF_8), Files.readAllLines(errors, UTF_8));
    }
}
