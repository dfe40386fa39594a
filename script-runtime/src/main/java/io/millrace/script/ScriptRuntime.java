package io.millrace.script;

import io.millrace.engine.event.ApplicationNames;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.geo.PlaceTable;
import io.millrace.script.intake.FlowTraitsSource;
import io.millrace.script.intake.NetworkSet;
import io.millrace.script.intake.ScriptAgent;
import io.millrace.script.lua.Finding;
import io.millrace.script.lua.ScriptDescription;
import io.millrace.script.lua.ScriptFolders;
import io.millrace.script.lua.ScriptHost;
import io.millrace.script.lua.ScriptSource;
import io.millrace.script.lua.Watchdog;
import io.millrace.script.output.VerdictNames;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

/**
 * The running script side: its threads, the scripts they loaded, and the watchdog over them. Started by
 * {@link #launch}; ended by {@link #awaitDrained()}, then {@link #close()}. Somebody must go on emptying the output
 * rings until {@code close} returns.
 */
public final class ScriptRuntime implements AutoCloseable {
    private static final long POLL_NS = 200_000;

    private final Watchdog watchdog;
    private final List<AgentRunner> runners = new ArrayList<>();
    private final List<OneToOneRingBuffer> rings;
    private final List<ScriptDescription> scripts;
    private final List<Finding> findings;
    private final VerdictNames names;
    private volatile Throwable failure;

    private ScriptRuntime(
        final Watchdog watchdog,
        final List<OneToOneRingBuffer> rings,
        final List<ScriptDescription> scripts,
        final List<Finding> findings,
        final VerdictNames names) {

        this.watchdog = watchdog;
        this.rings = rings;
        this.scripts = scripts;
        this.findings = findings;
        this.names = names;
    }

    /**
     * Loads the scripts once per thread and starts the threads.
     *
     * @param names               what nDPI's numbers mean.
     * @param places              one table per script thread.
     * @param eventRingsByThread  for each script thread, the rings it reads: one per worker.
     * @param outputRingByThread  for each script thread, the ring it writes.
     * @param problems            takes errors of running scripts, each distinct one once per thread; called on the
     *                            script threads, so it must be safe for several.
     * @throws IllegalArgumentException where the lists differ in length or a file of the configuration is not sound.
     */
    public static ScriptRuntime launch(
        final ScriptConfig config,
        final ApplicationNames names,
        final List<PlaceTable> places,
        final List<List<OneToOneRingBuffer>> eventRingsByThread,
        final List<OneToOneRingBuffer> outputRingByThread,
        final Telemetry telemetry,
        final Consumer<Finding> problems) {

        final int threads = eventRingsByThread.size();
        if (threads < 1 || places.size() != threads || outputRingByThread.size() != threads) {
            throw new IllegalArgumentException("one list of event rings, one output ring and one place table per "
                + "script thread: eventRings=" + threads + " outputRings=" + outputRingByThread.size() + " places="
                + places.size());
        }
        final NetworkSet localNetworks = NetworkSet.of(config.localNetworks());
        final NetworkSet blacklist = config.blacklist().map(NetworkSet::read).orElseGet(() -> NetworkSet.of(List.of()));
        final List<Finding> findings = new ArrayList<>();
        final List<ScriptSource> sources = ScriptFolders.read(config.scriptPaths(), findings);
        final Watchdog watchdog = new Watchdog(config.deadlineNs());
        final List<ScriptHost> hosts = new ArrayList<>();
        try {
            for (int i = 0; i < threads; i++) {
                hosts.add(new ScriptHost(config.machineSettings(), names, sources, places.get(i).address(),
                    ScriptAgent.BATCH, watchdog, problems));
            }
        } catch (final RuntimeException e) {
            hosts.forEach(ScriptHost::close);
            watchdog.close();
            throw e;
        }
        findings.addAll(hosts.getFirst().findings());
        final ScriptRuntime runtime = new ScriptRuntime(
            watchdog, eventRingsByThread.stream().flatMap(List::stream).toList(), hosts.getFirst().descriptions(),
            List.copyOf(findings), namesOf(hosts.getFirst()));
        for (int i = 0; i < threads; i++) {
            final ScriptAgent agent = new ScriptAgent(
                i, eventRingsByThread.get(i), outputRingByThread.get(i), hosts.get(i),
                new FlowTraitsSource(localNetworks, blacklist, places.get(i)), config.verdictCapacity(),
                config.lossless(), config.idleStrategy().get(), telemetry);
            runtime.start(agent, config.idleStrategy().get(), config.threadFactory());
        }
        return runtime;
    }

    /** Version of the loaded LuaJIT, for example {@code LuaJIT 2.1.0-beta3}. */
    public static String luajitVersion() {
        return ScriptHost.luajitVersion();
    }

    /** What became of each script when it was loaded, in load order. */
    public List<ScriptDescription> scripts() {
        return scripts;
    }

    /** What was found while reading and loading the scripts. */
    public List<Finding> findings() {
        return findings;
    }

    /** Names of statuses and scripts, for the output. */
    public VerdictNames verdictNames() {
        return names;
    }

    /**
     * Waits until every event that is in the rings now has been worked on and its output written. The workers must have
     * stopped.
     *
     * @throws IllegalStateException where a script thread has died.
     */
    public void awaitDrained() {
        for (final OneToOneRingBuffer ring : rings) {
            while (ring.consumerPosition() < ring.producerPosition()) {
                if (failure != null) {
                    throw new IllegalStateException("a script thread died: " + failure, failure);
                }
                LockSupport.parkNanos(POLL_NS);
            }
        }
    }

    /** Stops the threads after the batch in hand; each script's {@code teardown} runs. */
    @Override
    public void close() {
        runners.forEach(AgentRunner::close);
        watchdog.close();
    }

    private static VerdictNames namesOf(final ScriptHost host) {
        final String[] statuses = host.statusKeys();
        final List<ScriptDescription> scripts = host.descriptions();
        return new VerdictNames() {
            @Override
            public String status(final int id) {
                return id >= 0 && id < statuses.length ? statuses[id] : null;
            }

            @Override
            public String script(final int index) {
                return index >= 0 && index < scripts.size() ? scripts.get(index).key() : null;
            }
        };
    }

    private void start(final ScriptAgent agent, final IdleStrategy idle, final ThreadFactory threads) {
        final AgentRunner runner = new AgentRunner(idle, this::onFailure, null, agent);
        runners.add(runner);
        AgentRunner.startOnThread(runner, task -> {
            final Thread thread = threads.newThread(task);
            thread.setName("millrace-" + agent.roleName());
            return thread;
        });
    }

    private void onFailure(final Throwable thrown) {
        failure = thrown;
        throw new org.agrona.concurrent.AgentTerminationException(thrown);
    }
}
