package io.millrace.launch.conformance;

/**
 * Five-tuple without direction: the smaller end stands first.
 *
 * @param protocol {@code TCP}, {@code UDP}, ... in upper case.
 * @param low      smaller end.
 * @param high     larger end.
 */
record FlowKey(String protocol, Endpoint low, Endpoint high) {
    static FlowKey of(final String protocol, final Endpoint a, final Endpoint b) {
        return a.compareTo(b) <= 0 ? new FlowKey(protocol, a, b) : new FlowKey(protocol, b, a);
    }
}
