package io.millrace.engine.port;

import io.millrace.binding.linux.Pipe;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Brings a capture that is no plain file to libpcap: a thread of its own unpacks it into a pipe, which libpcap reads.
 * Made and closed by the reader of the capture; {@link #stop()} by any thread.
 */
final class CaptureFeed implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final CaptureFile file;
    private final Pipe pipe;
    private final OutputStream writer;
    private volatile long bytes;
    private volatile String failure;
    private volatile boolean stopped;

    /** Opens the content and begins to feed. */
    CaptureFeed(final CaptureFile file) throws IOException {
        this.file = file;
        final InputStream content = file.content().open();
        pipe = Pipe.create();
        writer = pipe.openWriter();
        Thread.ofPlatform().name("capture-feed").daemon(true).start(() -> run(content));
    }

    /** What is to be opened. */
    String path() {
        return pipe.readPath();
    }

    /** It is open: the pipe ends with the two that use it. */
    @Override
    public void close() {
        pipe.close();
    }

    /** Lets libpcap read what is in the pipe and then find the end. */
    void stop() {
        stopped = true;
        try {
            writer.close();
        } catch (final IOException e) {
            // The other end is closed as well then.
        }
    }

    /** Unpacked bytes so far; all of them once libpcap has found the end. */
    long bytes() {
        return bytes;
    }

    /** Why the content could not be unpacked to its end, in one line; {@code null} where it could. */
    String failure() {
        return failure == null || stopped ? null
            : "capture file is cut or damaged: " + file.path() + ": " + failure + "; everything before it was read";
    }

    private void run(final InputStream content) {
        try (content; writer) {
            final byte[] buffer = new byte[BUFFER_BYTES];
            for (int count = read(content, buffer); count >= 0; count = read(content, buffer)) {
                bytes += count;
                writer.write(buffer, 0, count);
            }
        } catch (final IOException e) {
            // The reader has closed its end: it needs no more.
        }
    }

    /** Tells a failure before the pipe ends, so that whoever finds the end knows of it. */
    private int read(final InputStream content, final byte[] buffer) {
        try {
            return content.read(buffer);
        } catch (final IOException e) {
            failure = e.getMessage() == null ? e.toString() : e.getMessage();
            return -1;
        }
    }
}
