package io.millrace.launch;

import io.millrace.engine.telemetry.CounterDescriptor;
import java.util.List;

/** What is not counted but measured about once a second on live runs. */
enum RunGauge implements CounterDescriptor {
    /** Part of a ring that is in use, in percent. */
    RING_FILL(400, "ring fill in percent"),
    /** Durations that a histogram has seen. */
    LATENCY_COUNT(410, "durations"),
    /** Median since the start. */
    LATENCY_P50(411, "p50 ns"),
    /** 99th percentile since the start. */
    LATENCY_P99(412, "p99 ns"),
    /** 99.99th percentile since the start. */
    LATENCY_P9999(413, "p99.99 ns"),
    /** Longest since the start. */
    LATENCY_MAX(414, "max ns"),
    /** Frames without IP of one kind, as of the last look; the kind is the owner. */
    NOT_IP_KIND(420, "frames without IP of this kind");

    /** The parts of a latency, in the order of a summary. */
    static final List<RunGauge> LATENCIES =
        List.of(LATENCY_COUNT, LATENCY_P50, LATENCY_P99, LATENCY_P9999, LATENCY_MAX);

    private final int typeId;
    private final String label;

    RunGauge(final int typeId, final String label) {
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
