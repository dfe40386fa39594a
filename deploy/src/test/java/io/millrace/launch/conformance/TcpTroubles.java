package io.millrace.launch.conformance;

/**
 * What both programs count in one direction.
 *
 * @param retransmissions segments sent again, for whatever reason.
 * @param outOfOrder      segments that came late.
 * @param lost            jumps ahead of the sequence number; here only those that nothing filled in time.
 * @param keepAlives      keep-alive probes.
 * @param zeroWindows     segments that close the window.
 */
record TcpTroubles(int retransmissions, int outOfOrder, int lost, int keepAlives, int zeroWindows) {
    static final TcpTroubles NONE = new TcpTroubles(0, 0, 0, 0, 0);

    TcpTroubles plus(final TcpTroubles other) {
        return new TcpTroubles(
            retransmissions + other.retransmissions, outOfOrder + other.outOfOrder, lost + other.lost,
            keepAlives + other.keepAlives, zeroWindows + other.zeroWindows);
    }

    /** Segments that bring no new end of the sequence numbers. */
    int repeatedOrLate() {
        return retransmissions + outOfOrder;
    }
}
