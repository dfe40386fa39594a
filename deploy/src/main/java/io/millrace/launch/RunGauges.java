package io.millrace.launch;

import io.millrace.engine.event.EventRings;
import io.millrace.engine.parse.NonIpKind;
import io.millrace.engine.telemetry.LatencyKind;
import io.millrace.engine.telemetry.LatencySummary;
import io.millrace.engine.telemetry.NonIpCounts;
import io.millrace.engine.telemetry.Telemetry;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * Keeps what is no counter by nature, fill of rings, latencies and kinds of frames without IP, among the counters.
 * Owned by the main thread.
 */
final class RunGauges {
    private static final int PERCENT = 100;
    private static final int MAX_KINDS = 256;
    private static final String OTHERS = NonIpKind.key(NonIpCounts.OTHERS);

    private final Telemetry telemetry;
    private final List<OneToOneRingBuffer> rings = new ArrayList<>();
    private final List<AtomicCounter> fills = new ArrayList<>();
    private final Map<LatencyKind, AtomicCounter[]> latencies = new EnumMap<>(LatencyKind.class);
    private final Map<String, AtomicCounter[]> gaps = new HashMap<>();
    private final Map<String, AtomicCounter> nonIpKinds = new HashMap<>();

    /**
     * Gauges of these rings and of all latencies.
     *
     * @param outputRings one per script thread.
     */
    RunGauges(
        final Telemetry telemetry, final EventRings eventRings, final List<OneToOneRingBuffer> outputRings) {

        this.telemetry = telemetry;
        for (int worker = 0; worker < eventRings.workers(); worker++) {
            final List<OneToOneRingBuffer> ofWorker = eventRings.ofWorker(worker);
            for (int thread = 0; thread < ofWorker.size(); thread++) {
                add(ofWorker.get(thread), "events worker-" + worker + " to script-" + thread);
            }
        }
        for (int thread = 0; thread < outputRings.size(); thread++) {
            add(outputRings.get(thread), "output of script-" + thread);
        }
        for (final LatencyKind kind : LatencyKind.values()) {
            latencies.put(kind, counters(RunGauge.LATENCIES, kind.key()));
        }
    }

    private AtomicCounter[] counters(final List<RunGauge> gauges, final String owner) {
        return gauges.stream().map(gauge -> telemetry.counter(gauge, owner)).toArray(AtomicCounter[]::new);
    }

    private void add(final OneToOneRingBuffer ring, final String name) {
        rings.add(ring);
        fills.add(telemetry.counter(RunGauge.RING_FILL, name));
    }

    /** Takes all values anew. */
    void update() {
        for (int i = 0; i < rings.size(); i++) {
            fills.get(i).setRelease((long) rings.get(i).size() * PERCENT / rings.get(i).capacity());
        }
        final Map<LatencyKind, LatencySummary> summaries = telemetry.latencies();
        latencies.forEach((kind, counters) -> {
            final LatencySummary summary = summaries.get(kind);
            if (summary != null) {
                set(counters, summary);
            }
        });
        telemetry.latenciesByOwner(LatencyKind.POLL_GAP).forEach((worker, summary) ->
            set(gaps.computeIfAbsent(worker, owner -> counters(RunGauge.GAPS, owner)), summary));
        updateKinds();
    }

    private static void set(final AtomicCounter[] counters, final LatencySummary summary) {
        final long[] values = {summary.count(), summary.p50Ns(), summary.p99Ns(), summary.p9999Ns(), summary.maxNs()};
        for (int i = 0; i < values.length; i++) {
            counters[i].setRelease(values[i]);
        }
    }

    private void updateKinds() {
        long others = 0;
        for (final Map.Entry<String, Long> kind : telemetry.nonIpTotals(NonIpKind::key).entrySet()) {
            if (kind.getKey().equals(OTHERS)
                || nonIpKinds.size() >= MAX_KINDS && !nonIpKinds.containsKey(kind.getKey())) {

                others += kind.getValue();
            } else {
                setKind(kind.getKey(), kind.getValue());
            }
        }
        if (others > 0) {
            setKind(OTHERS, others);
        }
    }

    private void setKind(final String kind, final long frames) {
        nonIpKinds.computeIfAbsent(kind, owner -> telemetry.counter(RunGauge.NOT_IP_KIND, owner)).setRelease(frames);
    }
}
