package io.millrace.engine.telemetry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.CountersReader;

/**
 * Counters in a file that the writing process maps, and that any other may map and read while they change.
 *
 * <pre>{@code
 *   0        magic 8 | version 4 | counters 4 | pid 8 | start 8 | zero up to 4096
 *   4096     labels: CountersReader.METADATA_LENGTH bytes a counter
 *   behind   values: CountersReader.COUNTER_LENGTH bytes a counter
 * }</pre>
 *
 * <p>Numbers are in the byte order of the machine; the start is that of the process, as {@link ProcessStart} tells it.
 * The magic is written last.
 */
public final class CountersFile implements AutoCloseable {
    private static final long MAGIC = 0x4352_5443_4C4C_494DL;
    private static final int VERSION = 2;
    private static final int HEADER_LENGTH = 4096;
    private static final int VERSION_OFFSET = 8;
    private static final int CAPACITY_OFFSET = 12;
    private static final int PID_OFFSET = 16;
    private static final int STARTED_TICKS_OFFSET = 24;
    private static final long TOTAL_LENGTH = HEADER_LENGTH
        + (long) Telemetry.MAX_COUNTERS * (CountersReader.METADATA_LENGTH + CountersReader.COUNTER_LENGTH);

    private final Path path;
    private final boolean owned;
    private final MappedByteBuffer mapped;
    private final UnsafeBuffer header;

    private CountersFile(final Path path, final boolean owned, final MappedByteBuffer mapped) {
        this.path = path;
        this.owned = owned;
        this.mapped = mapped;
        mapped.order(ByteOrder.nativeOrder());
        header = new UnsafeBuffer(mapped, 0, HEADER_LENGTH);
    }

    /**
     * Makes the file of this process, mode 0640; what was there goes. Closing it deletes it.
     *
     * @throws UncheckedIOException where it cannot be written.
     */
    public static CountersFile create(final Path path) {
        try {
            Files.deleteIfExists(path);
            try (FileChannel channel = FileChannel.open(path,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")))) {
                final CountersFile file =
                    new CountersFile(path, true, channel.map(FileChannel.MapMode.READ_WRITE, 0, TOTAL_LENGTH));
                file.header.putInt(VERSION_OFFSET, VERSION);
                file.header.putInt(CAPACITY_OFFSET, Telemetry.MAX_COUNTERS);
                file.header.putLong(PID_OFFSET, ProcessHandle.current().pid());
                file.header.putLong(STARTED_TICKS_OFFSET, ProcessStart.ticks().orElse(0));
                file.header.putLongVolatile(0, MAGIC);
                return file;
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Opens the file of a running process for reading.
     *
     * @throws IOException where it cannot be read, or is of another version of the program.
     */
    public static CountersFile open(final Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            if (channel.size() != TOTAL_LENGTH) {
                throw new IOException("not a file of counters of this version");
            }
            final CountersFile file =
                new CountersFile(path, false, channel.map(FileChannel.MapMode.READ_ONLY, 0, TOTAL_LENGTH));
            if (file.header.getLongVolatile(0) != MAGIC || file.header.getInt(VERSION_OFFSET) != VERSION) {
                throw new IOException("not a file of counters of this version");
            }
            return file;
        }
    }

    /** Process that writes it. */
    public long pid() {
        return header.getLong(PID_OFFSET);
    }

    /** Start of that process, as {@link ProcessStart#ticks} has it; 0 where the kernel did not tell. */
    public long startedTicks() {
        return header.getLong(STARTED_TICKS_OFFSET);
    }

    /** Labels of the counters. */
    public UnsafeBuffer metadata() {
        return new UnsafeBuffer(mapped, HEADER_LENGTH, Telemetry.MAX_COUNTERS * CountersReader.METADATA_LENGTH);
    }

    /** Values of the counters. */
    public UnsafeBuffer values() {
        return new UnsafeBuffer(mapped, HEADER_LENGTH + Telemetry.MAX_COUNTERS * CountersReader.METADATA_LENGTH,
            Telemetry.MAX_COUNTERS * CountersReader.COUNTER_LENGTH);
    }

    /** Deletes the file of this process; a reader lets go of it. Nobody may read or write counters any more. */
    @Override
    public void close() {
        if (owned) {
            // The mapping stays: threads that count to the very end must not fall into a hole.
            IoUtil.deleteIfExists(path.toFile());
        } else {
            IoUtil.unmap(mapped);
        }
    }
}
