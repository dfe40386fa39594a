package io.millrace.engine.port;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Frames that an interface of the kernel dropped before anybody who watches it could see them, since it is looked at:
 * its card or driver had no room, or the kernel's backlog was full. Source: {@code proc_net(5)}, {@code /proc/net/dev}.
 */
final class InterfaceDrops {
    private static final Path INTERFACES = Path.of("/proc/thread-self/net/dev");
    /** Columns behind the name: bytes, packets, errors, dropped, fifo. */
    private static final int DROPPED = 3;
    private static final int FIFO = 4;

    private final Path interfaces;
    private final String prefix;
    private final long before;
    private long dropped;

    /** Counts from now on. */
    InterfaceDrops(final String interfaceName) {
        this(INTERFACES, interfaceName);
    }

    InterfaceDrops(final Path interfaces, final String interfaceName) {
        this.interfaces = interfaces;
        prefix = interfaceName + ":";
        before = read(0);
    }

    /** Frames dropped by now; what it was where the interface is gone. */
    long dropped() {
        dropped = Math.max(dropped, read(before + dropped) - before);
        return dropped;
    }

    private long read(final long otherwise) {
        try {
            for (final String line : Files.readAllLines(interfaces, StandardCharsets.ISO_8859_1)) {
                final String text = line.strip();
                if (text.startsWith(prefix)) {
                    final String[] columns = text.substring(prefix.length()).strip().split("\\s+");
                    return Long.parseUnsignedLong(columns[DROPPED]) + Long.parseUnsignedLong(columns[FIFO]);
                }
            }
        } catch (final IOException e) {
            return otherwise;
        }
        return otherwise;
    }
}
