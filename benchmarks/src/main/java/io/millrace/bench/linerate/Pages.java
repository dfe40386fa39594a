package io.millrace.bench.linerate;

import io.millrace.bench.report.Machine;
import io.millrace.binding.link.EnvironmentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where DPDK's memory comes from during a run. Owned by the main thread. */
final class Pages implements AutoCloseable {
    private static final Path RESERVED = Path.of("/proc/sys/vm/nr_hugepages");
    private static final long PAGE_KIB = 2048;

    private final String before;
    private final boolean huge;

    /** What the user asks for. */
    enum Wish {
        /** Huge pages where enough of them are free. */
        AUTO,
        /** Huge pages, which must be there. */
        ON,
        /** None. */
        OFF,
        /** Huge pages, reserved for the run and given back after it; needs root. */
        RESERVE
    }

    private Pages(final boolean huge, final String before) {
        this.huge = huge;
        this.before = before;
    }

    /** Makes sure that {@code bytes} can be had. */
    static Pages of(final Wish wish, final long bytes) throws IOException {
        final long needed = bytes / (PAGE_KIB << 10) + 64;
        if (wish == Wish.RESERVE) {
            final String before = Files.readString(RESERVED).strip();
            if (!Files.isWritable(RESERVED)) {
                throw new EnvironmentException("--huge-pages reserve needs root: run as root, or reserve them yourself:"
                    + " sysctl -w vm.nr_hugepages=" + needed);
            }
            Files.writeString(RESERVED, Long.toString(Long.parseLong(before) + needed));
            final Pages pages = new Pages(true, before);
            if (Machine.memoryKib("HugePages_Free") < needed) {
                pages.close();
                throw new EnvironmentException("the kernel has no " + needed + " huge pages of 2 MiB in one piece:"
                    + " echo 1 > /proc/sys/vm/compact_memory, or use --huge-pages off");
            }
            return pages;
        }
        final boolean enough = Machine.memoryKib("HugePages_Free") >= needed;
        if (wish == Wish.ON && !enough) {
            throw new EnvironmentException("--huge-pages on: " + Machine.memoryKib("HugePages_Free") + " of " + needed
                + " huge pages of 2 MiB are free: sysctl -w vm.nr_hugepages=" + needed);
        }
        return new Pages(wish != Wish.OFF && enough, null);
    }

    boolean huge() {
        return huge;
    }

    @Override
    public void close() throws IOException {
        if (before != null) {
            Files.writeString(RESERVED, before);
        }
    }
}
