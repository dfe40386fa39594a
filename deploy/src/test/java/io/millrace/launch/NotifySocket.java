package io.millrace.launch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.binding.link.NativeLinker;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Stands in for the service manager: the datagram socket at which a service says how it is. */
final class NotifySocket implements AutoCloseable {
    private static final short AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int MAX_MESSAGE = 4096;

    private final Path path;
    private final int descriptor;
    private final List<String> heard = new ArrayList<>();

    private NotifySocket(final Path path, final int descriptor) {
        this.path = path;
        this.descriptor = descriptor;
    }

    /** A socket that everybody may write to, as the real one. */
    static NotifySocket listen(final Path path) throws IOException {
        final byte[] name = path.toString().getBytes(UTF_8);
        final int descriptor = NativeLinker
            .system("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT))
            .callInt((int) AF_UNIX, SOCK_DGRAM, 0);
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment address = arena.allocate(Short.BYTES + name.length);
            address.set(JAVA_SHORT, 0, AF_UNIX);
            MemorySegment.copy(name, 0, address, JAVA_BYTE, Short.BYTES, name.length);
            assertThat(NativeLinker.system("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT))
                .callInt(descriptor, address, (int) address.byteSize())).isZero();
        }
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
        return new NotifySocket(path, descriptor);
    }

    Path path() {
        return path;
    }

    /** Waits for a message like this, and passes over those that come before it; returns it. */
    String await(final Predicate<String> wanted) {
        String message = receive();
        while (!wanted.test(message)) {
            message = receive();
        }
        return message;
    }

    /** All messages so far, in order. */
    List<String> heard() {
        return heard;
    }

    private String receive() {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment bytes = arena.allocate(MAX_MESSAGE);
            final long length = NativeLinker
                .system("recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT))
                .callLong(descriptor, bytes, bytes.byteSize(), 0);
            assertThat(length).as("heard so far: %s", heard).isPositive();
            final String message = new String(bytes.asSlice(0, length).toArray(JAVA_BYTE), UTF_8);
            heard.add(message);
            return message;
        }
    }

    @Override
    public void close() throws IOException {
        NativeLinker.system("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT)).call(descriptor);
        Files.deleteIfExists(path);
    }
}
