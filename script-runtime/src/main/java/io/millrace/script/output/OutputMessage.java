package io.millrace.script.output;

/**
 * Message types on the ring from a script thread to the writer, an Agrona {@code OneToOneRingBuffer}. Parts of a
 * message follow each other, each starting at a multiple of 8 bytes from the start of the message.
 */
public final class OutputMessage {
    /** The final record of a flow: {@code verdict_t}, then {@code flow_event_t} with its metadata. */
    public static final int FLOW = 1;
    /** An alert: {@code alert_t} with its texts, then {@code verdict_t}, then {@code flow_event_t} with metadata. */
    public static final int ALERT = 2;
    /** Bytes that a script printed, for standard output. */
    public static final int TEXT = 3;
    /** {@code uint64_t} number of a stretch of events; ends that stretch. Orders the rings of a replay. */
    public static final int EPOCH = 4;

    private OutputMessage() {
    }
}
