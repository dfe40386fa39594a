package io.millrace.binding.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.binding.link.NativeLinker;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SupervisorSocketTest {
    private static final short AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int EINVAL = 22;
    private static final int ENOENT = 2;

    @TempDir
    private Path folder;

    @Test
    void shouldSendADatagramToASocketInAFolder() {
        final String path = folder.resolve("notify").toString();

        assertThat(receivedAt(path, path)).isEqualTo("READY=1\nSTATUS=läuft");
    }

    @Test
    void shouldSendADatagramToAnAbstractSocket() {
        final String name = "millrace-test-" + ProcessHandle.current().pid();

        assertThat(receivedAt("\0" + name, "@" + name)).isEqualTo("READY=1\nSTATUS=läuft");
    }

    @Test
    void shouldSayThatNobodyIsThere() {
        assertThat(new SupervisorSocket(folder.resolve("absent").toString()).send("READY=1")).isEqualTo(-ENOENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "@", "relative", "vsock:1"})
    void shouldRefuseWhatIsNoUnixSocket(final String path) {
        assertThat(new SupervisorSocket(path).send("READY=1")).isEqualTo(-EINVAL);
    }

    @Test
    void shouldRefuseANameThatDoesNotFit() {
        assertThat(new SupervisorSocket("/" + "x".repeat(200)).send("READY=1")).isEqualTo(-EINVAL);
    }

    private static String receivedAt(final String address, final String path) {
        final byte[] name = address.getBytes(UTF_8);
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment bound = arena.allocate(Short.BYTES + name.length);
            bound.set(JAVA_SHORT, 0, AF_UNIX);
            MemorySegment.copy(name, 0, bound, JAVA_BYTE, Short.BYTES, name.length);
            final int socket = NativeLinker
                .system("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT))
                .callInt((int) AF_UNIX, SOCK_DGRAM, 0);
            try {
                assertThat(NativeLinker.system("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT))
                    .callInt(socket, bound, (int) bound.byteSize())).isZero();

                assertThat(new SupervisorSocket(path).send("READY=1\nSTATUS=läuft")).isZero();

                final MemorySegment bytes = arena.allocate(256);
                final long length = NativeLinker
                    .system("recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT))
                    .callLong(socket, bytes, bytes.byteSize(), 0);
                return new String(bytes.asSlice(0, length).toArray(JAVA_BYTE), UTF_8);
            } finally {
                NativeLinker.system("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT)).call(socket);
            }
        }
    }
}
