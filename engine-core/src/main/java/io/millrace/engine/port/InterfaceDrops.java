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
    /** The same again of what it sends. */
    private static final int COLUMNS_RECEIVED = 8;

    private final Path interfaces;
    private final String prefix;
    private final int firstColumn;
    private final long before;
    private long dropped;

    /**
     * Counts from now on.
     *
     * @param isOurs whether this process is the other end of the interface, as that of a TAP is: then what the kernel
     *               sends out of it is what comes here.
     */
    InterfaceDrops(final String interfaceName, final boolean isOurs) {
        this(INTERFACES, interfaceName, isOurs);
    }

    InterfaceDrops(final Path interfaces, final String interfaceName, final boolean isOurs) {
        this.interfaces = interfaces;
        prefix = interfaceName + ":";
        firstColumn = isOurs ? COLUMNS_RECEIVED : 0;
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
                    return Long.parseUnsignedLong(columns[firstColumn + DROPPED])
                        + Long.parseUnsignedLong(columns[firstColumn + FIFO]);
                }
            }
        } catch (final IOException e) {
            return otherwise;
        }
        return otherwise;
    }
}
