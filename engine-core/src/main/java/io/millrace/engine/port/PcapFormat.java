package io.millrace.engine.port;

/** Numbers of the classic capture format (draft-ietf-opsawg-pcap). */
final class PcapFormat {
    /** First word of a file whose records count microseconds. */
    static final int MICROSECONDS = 0xA1B2C3D4;
    /** First word of a file whose records count nanoseconds. */
    static final int NANOSECONDS = 0xA1B23C4D;
    /** Bytes before the first record. */
    static final int HEADER_LENGTH = 24;
    /** Bytes of a record before its frame. */
    static final int RECORD_HEADER_LENGTH = 16;

    private PcapFormat() {
    }
}
