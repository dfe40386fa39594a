package io.millrace.engine.memory;

import io.millrace.binding.linux.ThreadAffinity;
import java.util.List;
import java.util.OptionalInt;

/**
 * Takes the pages of blocks from the kernel before a worker needs them, on a thread of its own, from the memory beside
 * the worker's core. A page that is not there when it is first touched has to be found and zeroed, of 2 MiB where it is
 * a huge one, while packets wait. Made and closed by the thread that builds the engine; the blocks must stay open until
 * it is closed.
 */
public final class MemoryAhead implements AutoCloseable {
    private static final long STEP_BYTES = 2 << 20;

    private final List<Share> shares;
    private final Thread thread;
    private volatile boolean stopped;

    /**
     * What one worker needs.
     *
     * @param blocks each is used from its beginning on.
     * @param core   of the worker; empty where it has none of its own.
     */
    public record Share(List<OffHeapBlock> blocks, OptionalInt core) {
    }

    /** Begins with the first pages of all blocks. */
    public MemoryAhead(final List<Share> shares) {
        this.shares = List.copyOf(shares);
        thread = Thread.ofPlatform().name("memory-ahead").daemon(true).start(this::run);
    }

    /** Waits until all pages are there. */
    void await() throws InterruptedException {
        thread.join();
    }

    /** Ends it where it is not done yet. */
    @Override
    public void close() {
        stopped = true;
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

    private void run() {
        final long longest = shares.stream().flatMap(share -> share.blocks().stream())
            .mapToLong(OffHeapBlock::lengthBytes).max().orElse(0);
        for (long from = 0; from < longest && !stopped; from += STEP_BYTES) {
            for (final Share share : shares) {
                share.core().ifPresent(ThreadAffinity::preferMemoryOf);
                populate(share.blocks(), from);
            }
        }
    }

    private void populate(final List<OffHeapBlock> blocks, final long from) {
        for (final OffHeapBlock block : blocks) {
            if (!stopped && from < block.lengthBytes()) {
                block.populate(from, STEP_BYTES);
            }
        }
    }
}
