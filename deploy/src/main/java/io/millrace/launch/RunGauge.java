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
    NOT_IP_KIND(420, "frames without IP of this kind"),
    /** Gaps between two polls that a worker has seen. */
    GAP_COUNT(430, "gaps between polls"),
    /** Median of a worker's gaps between polls since the start. */
    GAP_P50(431, "gap p50 ns"),
    /** 99th percentile of a worker's gaps between polls since the start. */
    GAP_P99(432, "gap p99 ns"),
    /** 99.99th percentile of a worker's gaps between polls since the start. */
    GAP_P9999(433, "gap p99.99 ns"),
    /** Longest gap between two polls of a worker since the start. */
    GAP_MAX(434, "gap max ns"),
    /** Calls of a hook of a script that fell due. */
    HOOK_DUE(440, "hook calls due"),
    /** Calls of a hook of a script that returned. */
    HOOK_RUN(441, "hook calls run"),
    /** Calls of a hook of a script that ended in an error. */
    HOOK_FAILED(442, "hook calls failed"),
    /** Calls of a hook of a script that were stopped at their deadline. */
    HOOK_TIMED_OUT(443, "hook calls stopped"),
    /** Calls of a hook of a script that were not made. */
    HOOK_SKIPPED(444, "hook calls skipped"),
    /** Calls of a hook of a script whose time was taken. */
    HOOK_TIMED(445, "hook calls timed"),
    /** Median of these times. */
    HOOK_P50(446, "hook p50 ns"),
    /** 99th percentile of these times. */
    HOOK_P99(447, "hook p99 ns"),
    /** Longest of these times. */
    HOOK_MAX(448, "hook max ns"),
    /** These times together. */
    HOOK_TOTAL(449, "hook total ns");

    /** The parts of a latency, in the order of a summary. */
    static final List<RunGauge> LATENCIES =
        List.of(LATENCY_COUNT, LATENCY_P50, LATENCY_P99, LATENCY_P9999, LATENCY_MAX);

    /** The parts of a worker's gaps between polls, in the same order. */
    static final List<RunGauge> GAPS = List.of(GAP_COUNT, GAP_P50, GAP_P99, GAP_P9999, GAP_MAX);

    /** What is known of a hook of a script. */
    static final List<RunGauge> HOOKS = List.of(HOOK_DUE, HOOK_RUN, HOOK_FAILED, HOOK_TIMED_OUT, HOOK_SKIPPED,
        HOOK_TIMED, HOOK_P50, HOOK_P99, HOOK_MAX, HOOK_TOTAL);

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
