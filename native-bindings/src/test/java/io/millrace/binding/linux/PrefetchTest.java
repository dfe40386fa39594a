package io.millrace.binding.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

final class PrefetchTest {
    @Test
    void shouldChangeNothingAndDoNoHarmWhereNothingIsMapped() {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment value = arena.allocateFrom(JAVA_LONG, 42);
            final MemorySegment addresses = arena.allocateFrom(JAVA_LONG, value.address(), 0, 8, -1, Long.MAX_VALUE);

            Prefetch.lines(addresses.address(), 5);
            Prefetch.lines(addresses.address(), 0);
            Prefetch.records(addresses.address(), 5);

            assertThat(value.get(JAVA_LONG, 0)).isEqualTo(42);
        }
    }
}
