package io.millrace.engine.memory;

import java.util.List;

/**
 * Takes the pages of blocks from the kernel before a worker needs them, on a thread of its own. A page that is not there
 * when it is first touched has to be found and zeroed, of 2 MiB where it is a huge one, while packets wait. Made, started
 * and closed by the thread that builds the engine; the blocks must stay open until it is closed.
 */
public final class MemoryAhead implements AutoCloseable {
    private static final long STEP_BYTES = 2 << 20;

    private final List<OffHeapBlock> blocks;
    private final Thread thread;
    private volatile boolean stopped;

    /** Begins with the first pages of all blocks, since each is used from its beginning on. */
    public MemoryAhead(final List<OffHeapBlock> blocks) {
        this.blocks = List.copyOf(blocks);
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
        final long longest = blocks.stream().mapToLong(OffHeapBlock::lengthBytes).max().orElse(0);
        for (long from = 0; from < longest; from += STEP_BYTES) {
            for (final OffHeapBlock block : blocks) {
                if (stopped) {
                    return;
                }
                if (from < block.lengthBytes()) {
                    block.populate(from, STEP_BYTES);
                }
            }
        }
    }
}
