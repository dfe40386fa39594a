package io.millrace.script.output;

import org.agrona.DirectBuffer;

/** In which order messages of several rings reach the sinks. Owned by the writer thread. */
interface MessageOrder {
    /** Takes messages; they are valid during the call. */
    @FunctionalInterface
    interface Consumer {
        /**
         * One message that is no epoch marker.
         *
         * @param source index of the ring.
         * @param type   message type on that ring.
         */
        void onMessage(int source, int type, DirectBuffer buffer, int offset, int length);
    }

    /** Takes a batch from the rings, passes on what is due; returns the number of messages taken, 0 none waiting. */
    int poll(Consumer consumer);

    /** Passes on everything that is left. Call it once, when nobody writes to the rings any more. */
    void finish(Consumer consumer);
}
