package io.millrace.script.output;

import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.verdict.VerdictDescriptor;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * The one thread that writes: takes records, alerts and text from the rings in batches and hands them to every sink.
 * Sinks are flushed when nothing is waiting, and by themselves when their buffers are full.
 *
 * <p>Stop it after all threads that write to its rings: {@link #onClose} drains what is left, writes the closing stats
 * record, and closes the sinks. It never gives up on a full disk; see {@link #failure}.
 */
public final class OutputWriter implements Agent {
    /** How messages of several rings are ordered. */
    public enum Order {
        /** The same in every run; every ring must bring the same {@link OutputMessage#EPOCH} markers. */
        REPLAY,
        /** As they come. */
        LIVE
    }

    private static final int EVENT_OFFSET = BitUtil.align(VerdictDescriptor.LENGTH, BitUtil.SIZE_OF_LONG);

    private final OutputSource[] sources;
    private final Sink[] sinks;
    private final MessageOrder order;
    private final MessageOrder.Consumer consumer = this::onMessage;
    private final Supplier<StatsRecord> closingStats;
    private final FlowRecord flow = new FlowRecord();
    private final AlertRecord alert = new AlertRecord();
    private final AtomicCounter recordsOffered;
    private final AtomicCounter recordsWritten;
    private final AtomicCounter recordsDropped;
    private final AtomicCounter alertsOffered;
    private final AtomicCounter alertsWritten;
    private final AtomicCounter alertsDropped;
    private final AtomicCounter textBytes;
    private final AtomicReference<StatsRecord> requestedStats = new AtomicReference<>();
    private long records;
    private long alerts;
    private long text;
    private boolean unflushed;
    private volatile boolean reopenRequested;

    /**
     * A writer, not yet running.
     *
     * @param sources      rings; in replay their order is part of the order of the output.
     * @param order        how messages of several rings are ordered.
     * @param sinks        each gets everything, in this order; closed by this writer.
     * @param telemetry    hands out the {@link OutputCounter}s.
     * @param closingStats asked once, on the writer's thread, after all rings are drained; null for no stats record.
     */
    public OutputWriter(
        final List<OutputSource> sources,
        final Order order,
        final List<Sink> sinks,
        final Telemetry telemetry,
        final Supplier<StatsRecord> closingStats) {
        final List<OneToOneRingBuffer> rings = sources.stream().map(OutputSource::ring).toList();
        if (order == Order.REPLAY && sources.stream().anyMatch(OutputSource::isWorker)) {
            throw new IllegalArgumentException("in replay every record goes through a script thread");
        }
        this.sources = sources.toArray(OutputSource[]::new);
        this.sinks = sinks.toArray(Sink[]::new);
        this.order = order == Order.REPLAY ? new ReplayOrder(rings) : new LiveOrder(rings);
        this.closingStats = closingStats;
        recordsOffered = telemetry.counter(OutputCounter.RECORDS_OFFERED, roleName());
        recordsWritten = telemetry.counter(OutputCounter.RECORDS_WRITTEN, roleName());
        recordsDropped = telemetry.counter(OutputCounter.RECORDS_DROPPED, roleName());
        alertsOffered = telemetry.counter(OutputCounter.ALERTS_OFFERED, roleName());
        alertsWritten = telemetry.counter(OutputCounter.ALERTS_WRITTEN, roleName());
        alertsDropped = telemetry.counter(OutputCounter.ALERTS_DROPPED, roleName());
        textBytes = telemetry.counter(OutputCounter.TEXT_BYTES, roleName());
    }

    @Override
    public String roleName() {
        return "output";
    }

    @Override
    public int doWork() {
        serveRequests();
        final int messages = order.poll(consumer);
        if (messages > 0) {
            unflushed = true;
            publishCounters();
        } else if (unflushed) {
            for (final Sink sink : sinks) {
                sink.flush();
            }
            unflushed = false;
            publishCounters();
        }
        return messages;
    }

    /** Has all files opened anew under their names before the next batch. Any thread. */
    public void requestReopen() {
        reopenRequested = true;
    }

    /** Has a stats record written before the next batch; one that still waits is replaced. Any thread. */
    public void requestStats(final StatsRecord stats) {
        requestedStats.set(stats);
    }

    @Override
    public void onClose() {
        try {
            order.finish(consumer);
            for (final Sink sink : sinks) {
                sink.flush();
            }
            publishCounters();
            if (closingStats != null) {
                final StatsRecord stats = closingStats.get();
                for (final Sink sink : sinks) {
                    sink.stats(stats);
                }
            }
        } finally {
            for (final Sink sink : sinks) {
                sink.close();
            }
            publishCounters();
        }
    }

    /**
     * One line saying what cannot be written now, where, and how to mend it; null where all is well, also again after
     * files were opened anew. While the writer runs another thread may see counts that are a little old.
     */
    public String failure() {
        return first(Sink::failure);
    }

    /**
     * One line saying what could not be written in the whole run, where, and how to mend it; null where everything
     * arrived. Ask after the writer has closed.
     */
    public String loss() {
        return first(Sink::loss);
    }

    private String first(final Function<Sink, String> complaint) {
        return Stream.of(sinks).map(complaint).filter(Objects::nonNull).findFirst().orElse(null);
    }

    private void onMessage(
        final int source, final int type, final DirectBuffer buffer, final int offset, final int length) {
        final OutputSource from = sources[source];
        if (from.isWorker()) {
            if (type == FlowEventKind.FLOW_END.code || type == FlowEventKind.FLOW_SLICE.code) {
                onFlow(flow.wrapWithoutVerdict(buffer, offset));
            }
            return;
        }
        switch (type) {
            case OutputMessage.FLOW -> onFlow(flow.wrap(buffer, offset, offset + EVENT_OFFSET, from.places()));
            case OutputMessage.ALERT -> onAlert(alert.wrap(buffer, offset, from.places()));
            case OutputMessage.TEXT -> onText(buffer, offset, length);
            default -> throw new IllegalStateException("output ring " + source + " brought message type " + type);
        }
    }

    private void onFlow(final FlowRecord record) {
        records++;
        for (final Sink sink : sinks) {
            sink.flow(record);
        }
    }

    private void onAlert(final AlertRecord record) {
        alerts++;
        for (final Sink sink : sinks) {
            sink.alert(record);
        }
    }

    private void onText(final DirectBuffer buffer, final int offset, final int length) {
        text += length;
        for (final Sink sink : sinks) {
            sink.text(buffer, offset, length);
        }
    }

    private void serveRequests() {
        if (reopenRequested) {
            reopenRequested = false;
            for (final Sink sink : sinks) {
                sink.reopen();
            }
        }
        if (requestedStats.getOpaque() == null) {
            return;
        }
        final StatsRecord stats = requestedStats.getAndSet(null);
        for (final Sink sink : sinks) {
            sink.stats(stats);
        }
        unflushed = true;
    }

    private void publishCounters() {
        long flowsLost = 0;
        long alertsLost = 0;
        for (final Sink sink : sinks) {
            flowsLost = Math.max(flowsLost, sink.flowsLost());
            alertsLost = Math.max(alertsLost, sink.alertsLost());
        }
        recordsOffered.setRelease(records);
        recordsWritten.setRelease(records - flowsLost);
        recordsDropped.setRelease(flowsLost);
        alertsOffered.setRelease(alerts);
        alertsWritten.setRelease(alerts - alertsLost);
        alertsDropped.setRelease(alertsLost);
        textBytes.setRelease(text);
    }
}
