package io.millrace.binding.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NativeLinkerTest {
    private final String directoryBefore = System.getProperty(NativeLinker.DIRECTORY_PROPERTY);

    @TempDir
    private Path directory;

    @AfterEach
    void restoreDirectory() {
        System.setProperty(NativeLinker.DIRECTORY_PROPERTY, directoryBefore);
    }

    @Test
    void shouldSayWhichPropertyIsMissing() {
        System.clearProperty(NativeLinker.DIRECTORY_PROPERTY);

        assertThatThrownBy(() -> NativeLinker.library(NativeLinker.SHIM))
            .isInstanceOf(EnvironmentException.class)
            .hasMessageContaining("-Dmillrace.native.directory=DIR");
    }

    @Test
    void shouldSayWhereALibraryOfOursIsMissing() {
        System.setProperty(NativeLinker.DIRECTORY_PROPERTY, directory.toString());

        assertThatThrownBy(() -> NativeLinker.library(NativeLinker.SHIM))
            .isInstanceOf(EnvironmentException.class)
            .hasMessage("native library missing: " + directory.resolve("libmillrace.so")
                + ": run deploy/quickstart to build it");
    }

    @Test
    void shouldRefuseAFileThatIsNoLibrary() throws IOException {
        Files.writeString(directory.resolve("libmillrace.so"), "not an ELF file\n");
        System.setProperty(NativeLinker.DIRECTORY_PROPERTY, directory.toString());

        assertThatThrownBy(() -> NativeLinker.open("libmillrace.so"))
            .isInstanceOf(EnvironmentException.class)
            .hasMessageStartingWith("cannot load native library: ")
            .hasMessageContaining("libmillrace.so")
            .hasMessageEndingWith("run deploy/quickstart to rebuild it");
    }

    @ParameterizedTest
    @CsvSource({
        "rte_gone, apt-get install dpdk libdpdk-dev",
        "ndpi_gone, apt-get install libndpi-dev",
        "luajit_gone, apt-get install libluajit-5.1-2"})
    void shouldNameThePackageOfALibraryThatOursNeeds(final String needed, final String remedy)
        throws IOException, InterruptedException {

        System.setProperty(NativeLinker.DIRECTORY_PROPERTY, directory.toString());
        linkAgainstALibraryThatVanishes(needed);

        assertThatThrownBy(() -> NativeLinker.open("libdependent.so"))
            .isInstanceOf(EnvironmentException.class)
            .hasMessageContaining("lib" + needed + ".so")
            .hasMessageContaining(remedy)
            .message().doesNotContain("\n");
    }

    @Test
    void shouldNameThePackageOfAJniLibrarysNeeds() throws IOException, InterruptedException {
        System.setProperty(NativeLinker.DIRECTORY_PROPERTY, directory.toString());
        linkAgainstALibraryThatVanishes("luajit_gone");

        assertThatThrownBy(() -> NativeLinker.loadJni("libdependent.so"))
            .isInstanceOf(EnvironmentException.class)
            .hasMessageContaining("apt-get install libluajit-5.1-2");
    }

    @Test
    void shouldRefuseALibraryOfAnotherBuild() throws IOException, InterruptedException {
        System.setProperty(NativeLinker.DIRECTORY_PROPERTY, directory.toString());
        makeLibrary("libearlier.so", "const char millrace_build[] = \"0123456789abcdef\";\n");

        assertThatThrownBy(() -> NativeLinker.open("libearlier.so"))
            .isInstanceOf(EnvironmentException.class)
            .hasMessage("native library " + directory.resolve("libearlier.so") + " and the jars are of two builds"
                + " (0123456789abcdef, " + NativeBuild.ofTheJar() + "): run deploy/quickstart to rebuild both");
    }

    @Test
    void shouldRefuseAJniLibraryThatDoesNotSayItsBuild() throws IOException, InterruptedException {
        System.setProperty(NativeLinker.DIRECTORY_PROPERTY, directory.toString());
        makeLibrary("libsilent.so", "int silent(void) { return 1; }\n");

        assertThatThrownBy(() -> NativeLinker.loadJni("libsilent.so"))
            .isInstanceOf(EnvironmentException.class)
            .hasMessageContaining("are of two builds (unknown, " + NativeBuild.ofTheJar() + ")");
    }

    @Test
    void shouldHaveBothLibrariesOfTheJarsOwnBuild() {
        assertThat(NativeBuild.ofTheJar()).matches("[0-9a-f]{16}");
        assertThatCode(() -> {
            NativeLinker.open(NativeLinker.SHIM);
            NativeLinker.loadJni(NativeLinker.LUA_GLUE);
        }).doesNotThrowAnyException();
    }

    @Test
    void shouldFindTheBuiltShim() {
        assertThat(NativeLinker.library(NativeLinker.SHIM)).isAbsolute().isReadable();
    }

    private void linkAgainstALibraryThatVanishes(final String needed) throws IOException, InterruptedException {
        final Path source = Files.writeString(directory.resolve("needed.c"), "int needed(void) { return 1; }\n");
        final Path vanishing = directory.resolve("lib" + needed + ".so");
        compile(List.of("-Wl,-soname," + vanishing.getFileName(), "-o", vanishing.toString(), source.toString()));
        compile(List.of("-o", directory.resolve("libdependent.so").toString(), source.toString(),
            "-Wl,--no-as-needed", vanishing.toString()));
        Files.delete(vanishing);
    }

    private void makeLibrary(final String name, final String code) throws IOException, InterruptedException {
        final Path source = Files.writeString(directory.resolve(name + ".c"), code);
        compile(List.of("-o", directory.resolve(name).toString(), source.toString()));
    }

    private void compile(final List<String> arguments) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(List.of("cc", "-shared", "-fPIC"));
        command.addAll(arguments);
        final Path log = directory.resolve("cc.log");
        final Process process =
            new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        assertThat(process.waitFor()).as(() -> read(log)).isZero();
    }

    private static String read(final Path file) {
        try {
            return Files.readString(file);
        } catch (final IOException e) {
            return e.getMessage();
        }
    }
}
