package io.millrace.script.external;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/** A file of alerts: read once, or followed as it grows, also through rotation and truncation. */
final class AlertFile implements ExternalAlerts.Feed {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final long POLL_NS = 200_000_000;

    private final Path path;
    private final AlertLines lines;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private AlertLines.Pending pending = new AlertLines.Pending();
    private FileChannel channel;
    private Object fileKey;
    private volatile Thread reader;
    private volatile boolean closed;

    private AlertFile(final Path path, final AlertLines lines) throws IOException {
        this.path = path;
        this.lines = lines;
        open();
    }

    static void readWhole(final Path path, final AlertLines lines) throws IOException {
        final AlertFile file = new AlertFile(path, lines);
        try (FileChannel _ = file.channel) {
            file.read();
            lines.end(file.pending);
        }
    }

    /** What is in the file now is old: reading starts at its end. */
    static AlertFile follow(final Path path, final AlertLines lines) throws IOException {
        final AlertFile file = new AlertFile(path, lines);
        file.channel.position(file.channel.size());
        return file;
    }

    @Override
    public void run() {
        reader = Thread.currentThread();
        while (!closed) {
            try {
                read();
                if (replaced()) {
                    channel.close();
                    pending = new AlertLines.Pending();
                    open();
                    continue;
                }
            } catch (final IOException e) {
                // Between the old file and its successor there may be none.
            }
            LockSupport.parkNanos(POLL_NS);
        }
        try {
            channel.close();
        } catch (final IOException e) {
            // It was only read.
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(reader);
    }

    private void open() throws IOException {
        fileKey = Files.readAttributes(path, java.nio.file.attribute.BasicFileAttributes.class).fileKey();
        channel = FileChannel.open(path, StandardOpenOption.READ);
    }

    private void read() throws IOException {
        while (channel.read(buffer.clear()) > 0) {
            lines.accept(buffer.flip(), pending);
        }
    }

    private boolean replaced() throws IOException {
        return channel.size() < channel.position() || !Objects.equals(fileKey,
            Files.readAttributes(path, java.nio.file.attribute.BasicFileAttributes.class).fileKey());
    }
}
