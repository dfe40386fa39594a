package io.millrace.bench.linerate;

import io.millrace.engine.event.FlowEvent;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowEventKind;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

/**
 * Stands where script threads do: drains an event ring on a thread of its own, and adds up what the last events of
 * flows say. The sums are valid after {@link #finish()}.
 */
final class FlowTotals {
    private final OneToOneRingBuffer ring;
    private final FlowEvent event = new FlowEvent();
    private final Thread thread;
    private volatile boolean finishing;
    private long flowsEnded;
    private long packets;

    FlowTotals(final OneToOneRingBuffer ring) {
        this.ring = ring;
        thread = Thread.ofPlatform().name("totals").daemon(true).start(this::run);
    }

    /** Waits until the ring is empty. */
    void finish() throws InterruptedException {
        finishing = true;
        thread.join();
    }

    long flowsEnded() {
        return flowsEnded;
    }

    long packets() {
        return packets;
    }

    private void run() {
        final IdleStrategy idle = new BackoffIdleStrategy();
        // Made once: one per call would fill the heap, and its collection stops the worker that is being measured.
        final MessageHandler handler = this::onEvent;
        while (true) {
            final boolean last = finishing;
            final int read = ring.read(handler);
            if (read == 0 && last) {
                return;
            }
            idle.idle(read);
        }
    }

    private void onEvent(final int type, final MutableDirectBuffer buffer, final int offset, final int length) {
        if (type == FlowEventKind.FLOW_END.code) {
            event.wrap(buffer, offset);
            flowsEnded++;
            packets += event.u64(FlowEventDescriptor.CLI2SRV_PACKETS)
                + event.u64(FlowEventDescriptor.SRV2CLI_PACKETS);
        }
    }
}
