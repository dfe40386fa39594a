package io.millrace.engine.port;

/** Where a worker's frames come from: one RX queue, or capture files one after the other. Owned by that worker. */
public interface PacketSource extends AutoCloseable {
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

    @Override
    void close();
}
