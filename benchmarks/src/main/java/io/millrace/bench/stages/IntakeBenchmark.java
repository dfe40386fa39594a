package io.millrace.bench.stages;

import io.millrace.bench.traffic.SampleEvents;
import io.millrace.engine.EngineLibraries;
import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.ScriptConfig;
import io.millrace.script.geo.AsnTable;
import io.millrace.script.geo.PlaceSource;
import io.millrace.script.geo.PlaceTable;
import io.millrace.script.intake.EventOrder;
import io.millrace.script.intake.FlowTraitsSource;
import io.millrace.script.intake.HostLists;
import io.millrace.script.intake.ScriptAgent;
import io.millrace.script.intake.ScriptCounter;
import io.millrace.script.lua.Finding;
import io.millrace.script.lua.ScriptFolders;
import io.millrace.script.lua.ScriptHost;
import io.millrace.script.lua.ScriptStores;
import io.millrace.script.lua.Watchdog;
import io.millrace.script.output.OutputRing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.agrona.concurrent.NoOpIdleStrategy;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * {@code intake}, {@code lua} and {@code verdict}: nanoseconds per event from the ring through a batch of hooks, beside
 * the same without a script. Writing the events into the ring is part of both; {@code EventBenchmark} has that alone.
 */
public class IntakeBenchmark extends StageBenchmark {
    private static final int EVENTS = 256;
    private static final String SAMPLE = "script-runtime/src/main/scripts/flow/suspicious_countries.lua";

    /** Whether the sample script is loaded. */
    @Param({"none", "suspicious_countries"})
    public String script;

    private SampleEvents events;
    private Watchdog watchdog;
    private ScriptStores stores;
    private ScriptAgent agent;
    private Telemetry telemetry;
    private long offered;

    /** Loads the script. */
    @Setup
    public void setUp() {
        final List<Path> paths = script.equals("none")
            ? List.of() : List.of(Path.of(System.getProperty("millrace.home"), SAMPLE));
        final ScriptConfig config = ScriptConfig.defaults().withScriptPaths(paths);
        final PlaceTable places = new PlaceTable(PlaceSource.ofTables(PlaceSource.TOR_DIRECTORY));
        final List<Finding> findings = new ArrayList<>();
        events = new SampleEvents(EVENTS);
        watchdog = new Watchdog(config.deadlineNs());
        telemetry = new Telemetry();
        stores = ScriptStores.small();
        final ScriptHost host = new ScriptHost(
            config.machineSettings(), EngineLibraries.applicationNames(), ScriptFolders.read(paths, findings),
            places.address(), ScriptAgent.BATCH, watchdog, stores, findings::add);
        if (!findings.isEmpty()) {
            throw new IllegalStateException(findings.toString());
        }
        agent = new ScriptAgent(
            0, List.of(events.ring()), EventOrder.AS_THEY_COME, OutputRing.allocate(1 << 22), host, new int[] {0},
            new FlowTraitsSource(new HostLists(config.localNetworks(), Optional.empty()), places,
                new AsnTable(Optional.empty())),
            config.verdictCapacity(), false, new NoOpIdleStrategy(), telemetry);
    }

    /** Writes a batch of events and works on it. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int intake() {
        events.write(FlowEventKind.PROTOCOL_DETECTED);
        offered += EVENTS;
        int done = 0;
        while (done < EVENTS) {
            done += agent.doWork();
        }
        return done;
    }

    /** Every event must have been delivered, and every hook run. */
    @TearDown(Level.Trial)
    public void prove() {
        final long delivered = telemetry.total(ScriptCounter.EVENTS_DELIVERED);
        final long run = telemetry.total(ScriptCounter.HOOKS_RUN);
        if (delivered != offered || run != (script.equals("none") ? 0 : offered)) {
            throw new IllegalStateException("offered=" + offered + " delivered=" + delivered + " run=" + run);
        }
        agent.onClose();
        stores.close();
        watchdog.close();
        events.close();
    }
}
