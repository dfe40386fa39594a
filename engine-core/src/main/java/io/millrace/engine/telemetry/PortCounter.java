package io.millrace.engine.telemetry;

/** What live ports say about themselves, one set per port; read from the driver about once a second. */
public enum PortCounter implements CounterDescriptor {
    /** Frames that came to the port: those received, those missed, and those that wait for a poll. */
    PORT_OFFERED(193, "frames that came to the port"),
    /** Frames that the driver handed over. */
    PORT_RECEIVED(190, "frames received by the driver"),
    /** 1 where the link is up, 0 where it is down or the device gone. */
    LINK_UP(191, "link up"),
    /** Counters that the driver itself names; the name stands in the owner. */
    DRIVER_COUNTER(192, "driver's own counter"),
    /** Frames that the kernel's interface dropped before the port could see them. */
    INTERFACE_DROPPED(194, "frames dropped by the interface"),
    /** Frames longer than the link's MTU: somebody joined several (GRO, LRO, TSO), and they count as one. */
    FRAMES_JOINED(195, "frames joined before they came"),
    /** Frames that did not fit and lost their end. */
    FRAMES_CUT(196, "frames cut");

    private final int typeId;
    private final String label;

    PortCounter(final int typeId, final String label) {
        this.typeId = typeId;
        this.label = label;
    }

    @Override
    public int typeId() {
        return typeId;
    }

    @Override
    public String label() {
        return label;
    }
}
