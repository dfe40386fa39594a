package io.millrace.launch;

import io.millrace.engine.telemetry.CounterDescriptor;
import io.millrace.engine.telemetry.EngineCounter;
import java.util.List;

/** What was wrong with packets that came; none of it is a drop. */
final class PacketAnomalies {
    /** Counters of all of it. */
    static final List<CounterDescriptor> COUNTERS = List.of(
        EngineCounter.MALFORMED, EngineCounter.UNSUPPORTED_LINK, EngineCounter.BROKEN_TRANSPORT,
        EngineCounter.TUNNELS_TOO_DEEP, EngineCounter.FRAGMENTS_UNCLAIMED, EngineCounter.FRAGMENTS_OVERLAPPING,
        EngineCounter.FRAGMENTS_TINY);

    private PacketAnomalies() {
    }
}
