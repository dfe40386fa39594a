package io.millrace.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MemoryAheadTest {
    private static final long LENGTH_BYTES = (128 << 20) + 4096;
    /** What else the process takes and gives back meanwhile. */
    private static final long SLACK_BYTES = 48 << 20;
    private static final int PAGE_BYTES = 4096;

    @Test
    void shouldTakeThePagesOfAllBlocks() throws Exception {
        try (OffHeapBlock first = OffHeapBlock.untouched(LENGTH_BYTES);
            OffHeapBlock second = OffHeapBlock.untouched(2 * LENGTH_BYTES)) {
            final long before = residentBytes();
            try (MemoryAhead ahead = new MemoryAhead(List.of(share(first), share(second)))) {
                ahead.await();
            }

            assertThat(residentBytes() - before).isCloseTo(3 * LENGTH_BYTES, within(SLACK_BYTES));
        }
    }

    @Test
    void shouldLeaveWhatIsThereAlready() throws Exception {
        try (OffHeapBlock block = OffHeapBlock.untouched(LENGTH_BYTES)) {
            RawMemory.putI64(block.address() + LENGTH_BYTES - Long.BYTES, 42);
            try (MemoryAhead ahead = new MemoryAhead(List.of(share(block)))) {
                ahead.await();
            }

            assertThat(RawMemory.i64(block.address() + LENGTH_BYTES - Long.BYTES)).isEqualTo(42);
        }
    }

    @Test
    void shouldBeOverOnceItIsClosed() {
        final OffHeapBlock block = OffHeapBlock.untouched(LENGTH_BYTES);
        final MemoryAhead ahead = new MemoryAhead(List.of(share(block)));
        ahead.close();
        block.close();

        assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName).doesNotContain("memory-ahead");
    }

    private static MemoryAhead.Share share(final OffHeapBlock block) {
        return new MemoryAhead.Share(List.of(block), OptionalInt.of(0));
    }

    /** Source: {@code proc_pid_statm(5)}. */
    private static long residentBytes() throws IOException {
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]) * PAGE_BYTES;
    }
}
