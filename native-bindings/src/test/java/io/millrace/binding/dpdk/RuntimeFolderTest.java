package io.millrace.binding.dpdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RuntimeFolderTest {
    private static final long PID = ProcessHandle.current().pid();
    // Linux counts to 4 194 304.
    private static final String ENDED = "millrace-99999999";

    @TempDir
    private Path parent;

    private Path own;

    @BeforeEach
    void makeFolders() throws IOException {
        own = Files.createDirectory(parent.resolve("millrace-" + PID));
    }

    @Test
    void shouldBeNamedAfterItsProcessUnlessItHasAName() {
        assertThat(RuntimeFolder.arguments(List.of("--no-huge"))).containsExactly("--file-prefix", "millrace-" + PID);
        assertThat(RuntimeFolder.arguments(List.of("--file-prefix", "mine"))).isEmpty();
        assertThat(RuntimeFolder.arguments(List.of("--file-prefix=mine"))).isEmpty();
    }

    @Test
    void shouldGoWithThoseOfProcessesThatWereKilled() throws IOException {
        final Path left = Files.createDirectory(parent.resolve(ENDED));

        RuntimeFolder.remove(own);

        assertThat(own).doesNotExist();
        assertThat(left).doesNotExist();
    }

    @Test
    void shouldStayWhereItHoldsAnything() throws IOException {
        final Path left = Files.createDirectory(parent.resolve(ENDED));
        Files.writeString(left.resolve("theirs"), "");
        Files.writeString(own.resolve("theirs"), "");

        RuntimeFolder.remove(own);

        assertThat(own).isNotEmptyDirectory();
        assertThat(left).isNotEmptyDirectory();
    }

    @Test
    void shouldLeaveThoseOfOthersAlone() throws IOException {
        final List<Path> others = List.of(Files.createDirectory(parent.resolve("rte")),
            Files.createDirectory(parent.resolve("millrace-1")), Files.createDirectory(parent.resolve("millrace-mine")),
            Files.createFile(parent.resolve("millrace-99999998")),
            Files.createSymbolicLink(parent.resolve("millrace-99999997"),
                Files.createDirectory(parent.resolve("kept"))));

        RuntimeFolder.remove(own);

        assertThat(others).allSatisfy(other -> assertThat(other).exists());
        assertThat(own).doesNotExist();
    }

    @Test
    void shouldNotTouchAnythingBesideAFolderThatSomebodyElseNamed() throws IOException {
        final Path left = Files.createDirectory(parent.resolve(ENDED));

        RuntimeFolder.remove(Files.createDirectory(parent.resolve("mine")));

        assertThat(left).exists();
        assertThat(parent.resolve("mine")).exists();
    }
}
