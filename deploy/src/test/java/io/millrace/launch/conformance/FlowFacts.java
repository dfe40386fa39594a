package io.millrace.launch.conformance;

/**
 * What both programs say of a flow, directions by the key's ends.
 *
 * @param lowPackets  packets sent by the low end.
 * @param lowBytes    their bytes.
 * @param highPackets packets sent by the high end.
 * @param highBytes   their bytes.
 * @param application {@code Master.App}.
 */
record FlowFacts(long lowPackets, long lowBytes, long highPackets, long highBytes, String application) {
    private static final String UNKNOWN = "Unknown";

    /** Both together; the application is the first that is known, {@code this} came first. */
    FlowFacts plus(final FlowFacts later) {
        return new FlowFacts(
            lowPackets + later.lowPackets, lowBytes + later.lowBytes,
            highPackets + later.highPackets, highBytes + later.highBytes,
            application.equals(UNKNOWN) ? later.application : application);
    }

    static FlowFacts of(
        final boolean firstIsLow,
        final long firstPackets,
        final long firstBytes,
        final long secondPackets,
        final long secondBytes,
        final String application) {
        return firstIsLow
            ? new FlowFacts(firstPackets, firstBytes, secondPackets, secondBytes, application)
            : new FlowFacts(secondPackets, secondBytes, firstPackets, firstBytes, application);
    }
}
