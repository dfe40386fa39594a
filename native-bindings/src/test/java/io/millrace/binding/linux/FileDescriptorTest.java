package io.millrace.binding.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.binding.link.EnvironmentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileDescriptorTest {
    @TempDir
    private Path directory;

    @Test
    void shouldGiveAFileWithAnAwkwardNameAPlainPath() throws IOException {
        final Path file = Files.writeString(directory.resolve("one, two=3 %s ü.pcap"), "content");

        try (FileDescriptor descriptor = FileDescriptor.open(file)) {
            assertThat(descriptor.path()).matches("/proc/self/fd/[0-9]+");
            assertThat(Files.readString(Path.of(descriptor.path()))).isEqualTo("content");
        }
    }

    @Test
    void shouldCloseTheFile() throws IOException {
        final Path file = Files.writeString(directory.resolve("file"), "content");

        final FileDescriptor descriptor = FileDescriptor.open(file);
        descriptor.close();

        final Path path = Path.of(descriptor.path());
        assertThat(Files.exists(path) && Files.isSameFile(path, file)).isFalse();
    }

    @Test
    void shouldSayWhichFileCannotBeOpened() {
        final Path missing = directory.resolve("missing.pcap");

        assertThatThrownBy(() -> FileDescriptor.open(missing))
            .isInstanceOf(EnvironmentException.class)
            .hasMessage("cannot open " + missing + ": check that it exists and may be read");
    }
}
