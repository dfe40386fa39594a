package io.millrace.engine.port;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.engine.config.ConfigException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * Where the bytes of a capture come from: a file that libpcap opens itself, a compressed file, or a stream that can be
 * read once. Immutable but for the stream.
 */
public final class CaptureContent {
    /** Stands for standard input. */
    public static final Path STANDARD_INPUT = Path.of("-");

    private static final int GZIP_MAGIC = 0x1F8B;
    private static final int ZSTD_MAGIC = 0x28B52FFD;
    private static final int MAGIC_LENGTH = 4;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int FIFO_TYPE = 0x1000;
    private static final int FILE_TYPE_MASK = 0xF000;

    private final Path path;
    private final Packing packing;
    private final UnifiedPcapng.Target target;
    private InputStream once;

    private enum Packing {
        NONE,
        GZIP,
        ZSTD,
        STREAM
    }

    private CaptureContent(
        final Path path, final Packing packing, final UnifiedPcapng.Target target, final InputStream once) {
        this.path = path;
        this.packing = packing;
        this.target = target;
        this.once = once;
    }

    /** Looks at a file's first bytes, or takes standard input. */
    static CaptureContent of(final Path path) throws IOException {
        if (path.equals(STANDARD_INPUT)) {
            return ofStream(path, System.in);
        }
        if (!Files.exists(path)) {
            throw new ConfigException("capture file does not exist: " + path + ": check the path");
        }
        if (Files.isDirectory(path)) {
            throw new ConfigException("capture file is a directory: " + path + ": name the files in it");
        }
        if (!Files.isReadable(path)) {
            throw new ConfigException("capture file may not be read: " + path + ": change its permissions");
        }
        if (!Files.isRegularFile(path)) {
            if (((int) Files.getAttribute(path, "unix:mode") & FILE_TYPE_MASK) != FIFO_TYPE) {
                throw new ConfigException("capture file is a device: " + path + ": copy it to a file first");
            }
            return ofStream(path, Files.newInputStream(path));
        }
        try (InputStream file = Files.newInputStream(path)) {
            final int magic = magic(file.readNBytes(MAGIC_LENGTH));
            final Packing packing = magic >>> 16 == GZIP_MAGIC ? Packing.GZIP
                : magic == ZSTD_MAGIC ? Packing.ZSTD : Packing.NONE;
            return new CaptureContent(path, packing, null, null);
        }
    }

    /** The same, with all interfaces of a pcapng made alike. */
    CaptureContent unified(final UnifiedPcapng.Target to) {
        return new CaptureContent(path, packing, to, once);
    }

    /** The same, a stream's first bytes put back that were read to see what it is. */
    CaptureContent withHead(final byte[] head, final InputStream rest) {
        return packing == Packing.STREAM
            ? new CaptureContent(path, packing, target,
                new SequenceInputStream(new ByteArrayInputStream(head), rest))
            : this;
    }

    /** Whether libpcap can open the file itself. */
    boolean isPlainFile() {
        return packing == Packing.NONE && target == null;
    }

    /** Whether {@link #open()} may be called more than once. */
    boolean isRepeatable() {
        return packing != Packing.STREAM;
    }

    /** The capture's bytes from the first, unpacked. */
    InputStream open() throws IOException {
        final InputStream unpacked = switch (packing) {
            case NONE -> new BufferedInputStream(Files.newInputStream(path), BUFFER_BYTES);
            case GZIP -> new GZIPInputStream(Files.newInputStream(path), BUFFER_BYTES);
            case ZSTD -> new Unpacked(path);
            case STREAM -> once;
        };
        return target == null ? unpacked : new UnifiedPcapng(unpacked, target);
    }

    private static CaptureContent ofStream(final Path path, final InputStream stream) throws IOException {
        final byte[] head = stream.readNBytes(MAGIC_LENGTH);
        final InputStream whole = new SequenceInputStream(new ByteArrayInputStream(head), stream);
        final int magic = magic(head);
        if (magic == ZSTD_MAGIC) {
            throw new ConfigException("capture on a stream is packed with zstd: " + path + ": put zstd -dc before it");
        }
        return new CaptureContent(path, Packing.STREAM, null,
            magic >>> 16 == GZIP_MAGIC ? new GZIPInputStream(whole, BUFFER_BYTES) : whole);
    }

    private static int magic(final byte[] head) {
        int magic = 0;
        for (final byte value : Arrays.copyOf(head, MAGIC_LENGTH)) {
            magic = magic << 8 | value & 0xFF;
        }
        return magic;
    }

    /** What {@code zstd -dc} makes of a file. */
    private static final class Unpacked extends FilterInputStream {
        private final Process process;

        Unpacked(final Path path) throws IOException {
            this(start(path));
        }

        private Unpacked(final Process process) {
            super(process.getInputStream());
            this.process = process;
        }

        @Override
        public int read() throws IOException {
            final int value = super.read();
            if (value < 0) {
                requireSuccess();
            }
            return value;
        }

        @Override
        public int read(final byte[] bytes, final int offset, final int length) throws IOException {
            final int count = super.read(bytes, offset, length);
            if (count < 0) {
                requireSuccess();
            }
            return count;
        }

        @Override
        public void close() throws IOException {
            process.destroy();
            super.close();
        }

        private void requireSuccess() throws IOException {
            try {
                if (process.waitFor() != 0) {
                    final String reason =
                        new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
                    throw new IOException(reason.replace('\n', ' '));
                }
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }

        private static Process start(final Path path) {
            try {
                return new ProcessBuilder("zstd", "-dcq", "--", path.toString()).start();
            } catch (final IOException e) {
                throw new EnvironmentException(
                    "zstd is not installed, which unpacks " + path + ": apt-get install zstd");
            }
        }
    }
}
