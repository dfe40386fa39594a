package io.millrace.engine.telemetry;

/**
 * Counters of the distributor, where ports have fewer queues than there are workers. They obey
 * <pre>{@code
 *   FRAMES_DISTRIBUTED = frames received by the workers + FRAMES_DROPPED
 * }</pre>
 */
public enum DistributorCounter implements CounterDescriptor {
    /** Frames taken from the ports. */
    FRAMES_DISTRIBUTED(180, "frames distributed"),
    /** Frames that found the ring of their worker full; live ports only. */
    FRAMES_DROPPED(181, "frames dropped, ring full"),
    /** Times that the distributor waited for room in a worker's ring; replay only. */
    LANE_WAITS(182, "waits for room in a worker's ring");

    private final int typeId;
    private final String label;

    DistributorCounter(final int typeId, final String label) {
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
