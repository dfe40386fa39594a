package io.millrace.engine.port;

import io.millrace.binding.dpdk.RxBurst;

/** A source whose frames can be handed on to other threads. Owned by the distributor. */
public interface SharedSource extends PacketSource {
    /** The native burst that holds the frames received last. */
    RxBurst burst();
}
