package io.millrace.launch;

import io.millrace.engine.event.ApplicationNames;
import io.millrace.engine.telemetry.Heartbeat;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.geo.PlaceSource;
import io.millrace.script.geo.PlaceTable;
import io.millrace.script.output.EveSink;
import io.millrace.script.output.OutputException;
import io.millrace.script.output.OutputRing;
import io.millrace.script.output.OutputSource;
import io.millrace.script.output.OutputWriter;
import io.millrace.script.output.ScriptTextSink;
import io.millrace.script.output.Sink;
import io.millrace.script.output.StatsRecord;
import io.millrace.script.output.SummaryTables;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

/**
 * What comes out of a run: the rings that script threads write to, the writer behind them, its sinks, and the report at
 * the end. Used by the main thread.
 */
final class RunOutput {
    /** Room between one script thread or worker and the output thread. */
    static final int RING_BYTES = 4 << 20;

    private final OutputOptions options;
    private final boolean live;
    private final List<OneToOneRingBuffer> rings;
    private final LoadedNames verdictNames = new LoadedNames();
    private final RecentAlerts recentAlerts = new RecentAlerts();
    private List<PlaceTable> places;
    private SummaryTables tables;
    private ProgressLine progress;
    private OutputWriter writer;
    private Heartbeat heartbeat;
    private boolean failed;

    /**
     * Output that is not yet opened.
     *
     * @param live          whether what is in a log already stays there.
     * @param scriptThreads that write to it.
     */
    RunOutput(final OutputOptions options, final boolean live, final int scriptThreads) {
        this.options = options;
        this.live = live;
        rings = Stream.generate(() -> OutputRing.allocate(RING_BYTES)).limit(scriptThreads).toList();
    }

    /**
     * Opens the sinks.
     *
     * @param source       looked up by each script thread and the writer.
     * @param bypass       rings of the workers that take records past full event rings.
     * @param order        how messages of several rings are ordered.
     * @param telemetry    hands out the writer's counters.
     * @param closingStats asked once, after all rings are drained.
     * @throws OutputException where a file cannot be opened.
     */
    void open(
        final ApplicationNames names, final PlaceSource source, final List<OneToOneRingBuffer> bypass,
        final OutputWriter.Order order, final Telemetry telemetry, final Supplier<StatsRecord> closingStats) {

        tables = new SummaryTables(names);
        progress = new ProgressLine(telemetry, System.err, ProcessFacts.isTerminal(1));
        places = rings.stream().map(_ -> new PlaceTable(source)).toList();
        writer = new OutputWriter(sources(bypass), order, sinks(names), telemetry, closingStats);
    }

    /** Starts to write; what is returned ends that once all is through. */
    OutputThread start(final IdleStrategy idle) {
        final OutputThread thread = new OutputThread(writer, rings, idle);
        heartbeat = thread.heartbeat();
        return thread;
    }

    /** One of each script thread, in order. */
    List<OneToOneRingBuffer> rings() {
        return rings;
    }

    /** Places of addresses, for each script thread; from {@link #open} on. */
    List<PlaceTable> places() {
        return places;
    }

    /** Names that records carry, once scripts are loaded. */
    LoadedNames verdictNames() {
        return verdictNames;
    }

    /** From {@link #open} on. */
    ProgressLine progress() {
        return progress;
    }

    /** Of the thread that writes; from {@link #start} on. */
    Heartbeat heartbeat() {
        return heartbeat;
    }

    /** Has files opened anew. */
    void reopen() {
        writer.requestReopen();
    }

    /** Has all counters written as a record. */
    void write(final StatsRecord stats) {
        writer.requestStats(stats);
    }

    /** Says so, once, where an output cannot be written any more, and again after it was opened anew. */
    void watch() {
        final String failure = writer.failure();
        if (failure != null && !failed) {
            EngineRun.complain(failure);
        }
        failed = failure != null;
    }

    /** Says what was lost, prints the summary and writes the file; whether all that was to be written was. */
    boolean report(final RunResult result, final SummaryJson json) {
        return new RunReport(options, tables, recentAlerts, verdictNames).close(result, json, writer.loss());
    }

    private List<OutputSource> sources(final List<OneToOneRingBuffer> bypass) {
        final List<OutputSource> sources = new ArrayList<>();
        for (int i = 0; i < rings.size(); i++) {
            sources.add(OutputSource.ofScriptThread(rings.get(i), places.get(i)));
        }
        bypass.forEach(ring -> sources.add(OutputSource.ofWorker(ring)));
        return sources;
    }

    private List<Sink> sinks(final ApplicationNames names) {
        final List<Sink> sinks = new ArrayList<>();
        sinks.add(progress);
        sinks.add(options.eveToStandardOutput() ? ScriptTextSink.toStandardError() : ScriptTextSink.toStandardOutput());
        if (options.eve() != null) {
            sinks.add(EveSink.open(options.eve(), live, names, verdictNames));
        }
        if (!options.quiet()) {
            sinks.add(tables);
            sinks.add(recentAlerts);
        }
        return sinks;
    }
}
