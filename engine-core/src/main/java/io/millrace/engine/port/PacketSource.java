package io.millrace.engine.port;

/**
 * Where a worker's frames come from: RX queues, capture files one after the other, or a distributor. Owned by that
 * worker.
 */
public interface PacketSource extends AutoCloseable {
    /** An empty poll tells no time: packets alone do. */
    long PACKET_TIME = 0;
    /** An empty poll means nothing at all: frames that belong together are still on their way. */
    long INCOMPLETE = -1;

    /** Gives back the previous frames and receives the next; returns how many, 0 where none waits. */
    int receive();

    /** Address of the description of the first frame received; others follow at {@code RxBurst.FRAME_LENGTH}. */
    long frames();

    /** Link layer of the frames received last. */
    LinkType linkType();

    /** Longest frame that the source hands over whole; longer ones were cut by whoever captured them. */
    int snapLengthBytes();

    /** Whether no frame will ever come again. */
    boolean finished();

    /**
     * What the last receive tells where it returned 0: the time, nanoseconds since the Unix epoch,
     * {@link #PACKET_TIME} or {@link #INCOMPLETE}.
     */
    default long emptyPollNs() {
        return PACKET_TIME;
    }

    /** Whether a stretch of events ends with the frames received last, the same for all workers. */
    default boolean endsEpoch() {
        return false;
    }

    @Override
    void close();
}
