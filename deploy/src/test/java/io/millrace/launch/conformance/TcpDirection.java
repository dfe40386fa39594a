package io.millrace.launch.conformance;

/**
 * One direction of the TCP connections between two ends.
 *
 * @param from sender.
 * @param to   receiver.
 */
record TcpDirection(Endpoint from, Endpoint to) {
    TcpDirection reversed() {
        return new TcpDirection(to, from);
    }
}
