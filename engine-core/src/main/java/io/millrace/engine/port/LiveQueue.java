package io.millrace.engine.port;

import io.millrace.binding.dpdk.RxBurst;

/**
 * One queue of a live port. Polled by one thread; {@link #shut} is called by the one that builds the engine.
 */
final class LiveQueue {
    private final LivePort port;
    private final RxBurst burst;
    private volatile long framesInAll = Long.MAX_VALUE;
    private boolean emptySinceShut;

    LiveQueue(final LivePort port, final RxBurst burst) {
        this.port = port;
        this.burst = burst;
    }

    /** Receives a burst; 0 where none waits or the device is gone. */
    int receive() {
        if (!port.pollable()) {
            return 0;
        }
        // Looked at before the queue: what came before it was shut is seen then.
        final boolean shut = framesInAll != Long.MAX_VALUE;
        final int received = burst.receive();
        emptySinceShut |= shut && received == 0;
        return received;
    }

    /** Whether all that came before it was shut has been received. The thread that polls. */
    boolean drained() {
        return !port.pollable() || emptySinceShut && burst.received() >= framesInAll;
    }

    /**
     * Says how many frames it hands over in all.
     *
     * @param frames since it was opened; {@link PortDevice#UNKNOWN} where it is empty when a poll finds nothing.
     */
    void shut(final long frames) {
        framesInAll = frames;
    }

    RxBurst burst() {
        return burst;
    }

    LinkType linkType() {
        return port.linkType();
    }
}
