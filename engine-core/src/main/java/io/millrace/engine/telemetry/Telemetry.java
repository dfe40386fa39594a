package io.millrace.engine.telemetry;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntFunction;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;
import org.agrona.concurrent.status.CountersManager;
import org.agrona.concurrent.status.CountersReader;

/**
 * All counters and histograms of one run. They are handed out before the threads that write them start; afterwards any
 * thread may read a total, and the main thread alone may hand out more to itself. A counter is written by one thread
 * only, so it is set or incremented without a lock prefix.
 */
public final class Telemetry {
    /** Counters that there can be. */
    static final int MAX_COUNTERS = 4096;

    private final CountersManager counters;
    private final List<Entry> entries = new CopyOnWriteArrayList<>();

    private final List<NonIpCounts> nonIpCounts = new ArrayList<>();
    private final Map<LatencyKind, Map<String, List<LatencyHistogram>>> histograms = new EnumMap<>(LatencyKind.class);

    private record Entry(CounterDescriptor descriptor, AtomicCounter counter) {
    }

    /** Counters in memory of this process. */
    public Telemetry() {
        this(
            new UnsafeBuffer(direct(MAX_COUNTERS * CountersReader.METADATA_LENGTH)),
            new UnsafeBuffer(direct(MAX_COUNTERS * CountersReader.COUNTER_LENGTH)));
    }

    /**
     * Counters in memory given by the caller, for example a mapped file.
     *
     * @param metadata labels; {@link CountersReader#METADATA_LENGTH} bytes per counter.
     * @param values   values; {@link CountersReader#COUNTER_LENGTH} bytes per counter.
     */
    public Telemetry(final UnsafeBuffer metadata, final UnsafeBuffer values) {
        counters = new CountersManager(metadata, values);
    }

    /**
     * Hands out one counter. Call it while building, before the writing thread starts.
     *
     * @param descriptor what is counted.
     * @param owner      who counts, for example {@code worker-0}; part of the label.
     */
    public AtomicCounter counter(final CounterDescriptor descriptor, final String owner) {
        final AtomicCounter counter = counters.newCounter(owner + ": " + descriptor.label(), descriptor.typeId());
        entries.add(new Entry(descriptor, counter));
        return counter;
    }

    /** Counters that can still be handed out. */
    public int room() {
        return MAX_COUNTERS - entries.size();
    }

    /** Sum over all owners; 0 where nobody counts it. */
    public long total(final CounterDescriptor descriptor) {
        long total = 0;
        for (final Entry entry : entries) {
            if (entry.descriptor() == descriptor) {
                total += entry.counter().get();
            }
        }
        return total;
    }

    /** Hands out the counts of frames without IP. Call it while building, before the counting thread starts. */
    public NonIpCounts nonIpCounts() {
        final NonIpCounts counts = new NonIpCounts();
        nonIpCounts.add(counts);
        return counts;
    }

    /** Frames without IP by what they carry, under the names that {@code names} gives the kinds. */
    public Map<String, Long> nonIpTotals(final IntFunction<String> names) {
        final Map<String, Long> sums = NonIpCounts.emptySum();
        nonIpCounts.forEach(counts -> counts.addTo(sums, names));
        return sums;
    }

    /**
     * Hands out one histogram. Call it while building, before the recording thread starts.
     *
     * @param owner who records.
     */
    public LatencyHistogram histogram(final LatencyKind kind, final String owner) {
        final LatencyHistogram histogram = new LatencyHistogram();
        histograms.computeIfAbsent(kind, _ -> new LinkedHashMap<>())
            .computeIfAbsent(owner, _ -> new ArrayList<>()).add(histogram);
        return histogram;
    }

    /** What all owners recorded, by kind; kinds that nobody records are absent. */
    public Map<LatencyKind, LatencySummary> latencies() {
        final Map<LatencyKind, LatencySummary> summaries = new EnumMap<>(LatencyKind.class);
        histograms.forEach((kind, owners) ->
            summaries.put(kind, summary(owners.values().stream().flatMap(List::stream).toList())));
        return summaries;
    }

    /** What each owner recorded of one kind, in the order in which they were given histograms. */
    public Map<String, LatencySummary> latenciesByOwner(final LatencyKind kind) {
        final Map<String, LatencySummary> summaries = new LinkedHashMap<>();
        histograms.getOrDefault(kind, Map.of()).forEach((owner, own) -> summaries.put(owner, summary(own)));
        return summaries;
    }

    private static LatencySummary summary(final List<LatencyHistogram> histograms) {
        final Histogram sum = LatencyHistogram.emptySum();
        histograms.forEach(histogram -> histogram.addTo(sum));
        return new LatencySummary(
            sum.getTotalCount(), sum.getValueAtPercentile(50), sum.getValueAtPercentile(99),
            sum.getValueAtPercentile(99.9), sum.getValueAtPercentile(99.99), sum.getMaxValue());
    }

    private static ByteBuffer direct(final int lengthBytes) {
        return ByteBuffer.allocateDirect(lengthBytes).order(ByteOrder.nativeOrder());
    }
}
