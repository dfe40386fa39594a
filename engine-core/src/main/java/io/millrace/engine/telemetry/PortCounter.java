package io.millrace.engine.telemetry;

/** What live ports say about themselves, one set per port; read from the driver about once a second. */
public enum PortCounter implements CounterDescriptor {
    /** Frames that the driver handed over. */
    PORT_RECEIVED(190, "frames received by the driver"),
    /** 1 where the link is up, 0 where it is down or the device gone. */
    LINK_UP(191, "link up"),
    /** Counters that the driver itself names; the name stands in the owner. */
    DRIVER_COUNTER(192, "driver's own counter");

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
