package io.millrace.binding.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.link.NativeMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AnonymousMemoryTest {
    private static final long PAGE = 4096;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldMapZeroedWritablePages(final boolean hugePages) {
        final long lengthBytes = 4 << 20;
        try (AnonymousMemory memory = AnonymousMemory.map(lengthBytes, hugePages)) {
            final long last = memory.address() + lengthBytes - 1;

            assertThat(memory.address() % PAGE).isZero();
            assertThat(NativeMemory.ALL.get(JAVA_LONG, memory.address())).isZero();
            assertThat(NativeMemory.ALL.get(JAVA_BYTE, last)).isZero();
            NativeMemory.ALL.set(JAVA_BYTE, last, (byte) 42);
            assertThat(NativeMemory.ALL.get(JAVA_BYTE, last)).isEqualTo((byte) 42);
        }
    }

    @Test
    void shouldUnmapOnceAndForgetTheAddress() throws IOException {
        // So long that nothing else of the process could take its place in between.
        final long lengthBytes = 1L << 38;
        final AnonymousMemory memory = AnonymousMemory.map(lengthBytes, false);
        final long address = memory.address();
        assertThat(isMapped(address, lengthBytes)).isTrue();

        memory.close();
        assertThat(isMapped(address, lengthBytes)).isFalse();
        assertThat(memory.address()).isZero();
        memory.close();
    }

    @Test
    void shouldTakeNoMemoryBeforeItIsTouched() {
        try (AnonymousMemory memory = AnonymousMemory.map(1L << 40, false)) {
            NativeMemory.ALL.set(JAVA_BYTE, memory.address() + (1L << 40) - 1, (byte) 1);

            assertThat(NativeMemory.ALL.get(JAVA_BYTE, memory.address() + (1L << 39))).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldTakePagesAtOnceWhereThatIsAskedFor(final boolean hugePages) throws IOException {
        try (AnonymousMemory memory = AnonymousMemory.map(1 << 30, hugePages)) {
            final long before = residentBytes();

            memory.populate(64 << 20, 256 << 20);

            assertThat(residentBytes() - before).isBetween(200L << 20, 300L << 20);
        }
    }

    @Test
    void shouldTakeNoMoreThanThereIs() throws IOException {
        try (AnonymousMemory memory = AnonymousMemory.map(64 << 10, false)) {
            memory.populate(16 << 10, Long.MAX_VALUE);

            assertThat(NativeMemory.ALL.get(JAVA_LONG, memory.address())).isZero();
        }
    }

    @Test
    void shouldSayWhatToLowerWhenTheAddressSpaceDoesNotSuffice() {
        assertThatThrownBy(() -> AnonymousMemory.map(1L << 60, false))
            .isInstanceOf(EnvironmentException.class)
            .hasMessageContaining(Long.toString(1L << 60))
            .hasMessageContaining("--flow-capacity");
    }

    private static long residentBytes() throws IOException {
        final String[] pages = Files.readString(Path.of("/proc/self/statm")).split(" ");
        return Long.parseLong(pages[1]) * PAGE;
    }

    private static boolean isMapped(final long address, final long lengthBytes) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream().anyMatch(line -> {
            final String[] range = line.substring(0, line.indexOf(' ')).split("-");
            return Long.compareUnsigned(Long.parseUnsignedLong(range[0], 16), address) <= 0
                && Long.compareUnsigned(address + lengthBytes, Long.parseUnsignedLong(range[1], 16)) <= 0;
        });
    }
}
