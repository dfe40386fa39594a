package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;

/** C code for the processes that a test starts. */
final class SharedLibrary {
    private SharedLibrary() {
    }

    /** Compiles a file of C code into this library; returns it. */
    static Path compile(final Path code, final Path library) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("cc", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library.toString(),
            code.toString()).inheritIO().start().waitFor()).as("exit code of cc").isZero();
        return library;
    }
}
