package io.millrace.launch;

import io.millrace.engine.telemetry.Heartbeat;
import io.millrace.script.output.OutputWriter;
import java.util.List;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

/**
 * Runs the writer. Should the writer fail, its rings are still emptied, so that no script thread waits for ever; the
 * failure is told at the end. Started and closed by the main thread.
 */
final class OutputThread implements AutoCloseable {
    private final OutputWriter writer;
    private final List<OneToOneRingBuffer> rings;
    private final Heartbeat idle;
    private final Thread thread;
    private volatile boolean stopRequested;
    private volatile Throwable failure;

    /** A running writer. */
    OutputThread(final OutputWriter writer, final List<OneToOneRingBuffer> rings, final IdleStrategy idle) {
        this.writer = writer;
        this.rings = List.copyOf(rings);
        this.idle = new Heartbeat("output", idle);
        thread = Thread.ofPlatform().name("millrace-output").daemon(true).start(this::run);
    }

    /** Goes on while the writer does not wait for a disk or a reader. */
    Heartbeat heartbeat() {
        return idle;
    }

    /** Waits until all that lies in the rings is written; nobody may write to them any more. */
    @Override
    public void close() {
        stopRequested = true;
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (final InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** What ended the writer before its time; null where nothing did. */
    Throwable failure() {
        return failure;
    }

    private void run() {
        try {
            while (!stopRequested) {
                idle.idle(writer.doWork());
            }
        } catch (final RuntimeException | Error e) {
            failure = e;
            while (!stopRequested) {
                idle.idle(discard());
            }
        }
        try {
            writer.onClose();
        } catch (final RuntimeException | Error e) {
            failure = failure == null ? e : failure;
        }
    }

    private int discard() {
        int messages = 0;
        for (final OneToOneRingBuffer ring : rings) {
            messages += ring.read((type, buffer, offset, length) -> {
            });
        }
        return messages;
    }
}
