package io.millrace.script;

import io.millrace.engine.event.ApplicationNames;
import io.millrace.engine.telemetry.Heartbeat;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.external.ExternalAlerts;
import io.millrace.script.geo.AsnDatabase;
import io.millrace.script.geo.AsnTable;
import io.millrace.script.geo.PlaceTable;
import io.millrace.script.intake.EventOrder;
import io.millrace.script.intake.FlowTraitsSource;
import io.millrace.script.intake.HostLists;
import io.millrace.script.intake.ScriptAgent;
import io.millrace.script.intake.ScriptCounter;
import io.millrace.script.lua.Finding;
import io.millrace.script.lua.HookTimes;
import io.millrace.script.lua.MachineSettings;
import io.millrace.script.lua.ScriptDescription;
import io.millrace.script.lua.ScriptHost;
import io.millrace.script.lua.ScriptSource;
import io.millrace.script.lua.ScriptStores;
import io.millrace.script.lua.Watchdog;
import io.millrace.script.output.VerdictNames;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
 *
 * <p>{@link #reload()} exchanges the scripts while events go on: the machines that run them change, the threads, the
 * rings, the verdicts and the counters stay.
 */
public final class ScriptRuntime implements AutoCloseable {
    private static final long POLL_NS = 200_000;
    private static final double NS_PER_S = 1e9;

    private final ScriptConfig config;
    private final ApplicationNames applicationNames;
    private final List<PlaceTable> places;
    private final Telemetry telemetry;
    private final Consumer<Finding> problems;
    private final HostLists hosts;
    private final Optional<AsnDatabase> asns;
    private final Watchdog watchdog;
    private final ScriptStores stores;
    private final EventOrder order;
    private final List<OneToOneRingBuffer> rings;
    private final List<AgentRunner> runners = new ArrayList<>();
    private final List<Heartbeat> heartbeats = new ArrayList<>();
    private final List<ScriptAgent> agents = new ArrayList<>();
    private final ScriptNames names = new ScriptNames();
    private volatile ScriptSet running;
    private volatile Throwable failure;
    private volatile boolean closing;
    private volatile ScriptWatch watch;
    private ExternalAlerts externalAlerts;

    private ScriptRuntime(
        final ScriptConfig config,
        final ApplicationNames applicationNames,
        final List<PlaceTable> places,
        final EventOrder order,
        final List<OneToOneRingBuffer> rings,
        final Telemetry telemetry,
        final Consumer<Finding> problems) {

        this.config = config;
        this.applicationNames = applicationNames;
        this.places = List.copyOf(places);
        this.order = order;
        this.rings = rings;
        this.telemetry = telemetry;
        this.problems = problems;
        asns = config.inputs().asnDatabase().map(AsnDatabase::open);
        hosts = new HostLists(config.localNetworks(), config.blacklist());
        watchdog = new Watchdog(config.deadlineNs());
        stores = new ScriptStores(config.inputs().storeBytes(), config.inputs().externalAlertBytes());
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

        return launch(config, names, places, eventRingsByThread, EventOrder.AS_THEY_COME, outputRingByThread, telemetry,
            problems);
    }

    /**
     * The same for several workers.
     *
     * @param order in which order events of several workers are worked on.
     */
    public static ScriptRuntime launch(
        final ScriptConfig config,
        final ApplicationNames names,
        final List<PlaceTable> places,
        final List<List<OneToOneRingBuffer>> eventRingsByThread,
        final EventOrder order,
        final List<OneToOneRingBuffer> outputRingByThread,
        final Telemetry telemetry,
        final Consumer<Finding> problems) {

        final int threads = eventRingsByThread.size();
        if (threads < 1 || places.size() != threads || outputRingByThread.size() != threads) {
            throw new IllegalArgumentException("one list of event rings, one output ring and one place table per "
                + "script thread: eventRings=" + threads + " outputRings=" + outputRingByThread.size() + " places="
                + places.size());
        }
        final ScriptRuntime runtime = new ScriptRuntime(
            config, names, places, order, eventRingsByThread.stream().flatMap(List::stream).toList(), telemetry,
            problems);
        final int[] numbers;
        try {
            runtime.openExternalAlerts();
            runtime.running = runtime.firstSet();
            runtime.running.complete(threads, runtime::host);
            numbers = runtime.nameScripts(runtime.running);
        } catch (final RuntimeException e) {
            if (runtime.running != null) {
                runtime.running.close();
            }
            runtime.closeExternalAlerts();
            runtime.watchdog.close();
            runtime.stores.close();
            throw e;
        }
        for (int i = 0; i < threads; i++) {
            final ScriptAgent agent = new ScriptAgent(
                i, eventRingsByThread.get(i), order, outputRingByThread.get(i), runtime.running.hosts().get(i), numbers,
                new FlowTraitsSource(runtime.hosts, places.get(i), new AsnTable(runtime.asns)),
                config.verdictCapacity(),
                config.lossless(), config.idleStrategy().get(), telemetry);
            runtime.start(agent, config.idleStrategy().get(), config.threadFactory());
        }
        return runtime;
    }

    /** Version of the loaded LuaJIT, for example {@code LuaJIT 2.1.0-beta3}. */
    public static String luajitVersion() {
        return ScriptHost.luajitVersion();
    }

    /** One for each script thread; each goes on while the thread runs. */
    public List<Heartbeat> heartbeats() {
        return List.copyOf(heartbeats);
    }

    /** What became of each script when it was loaded, in load order. */
    public List<ScriptDescription> scripts() {
        return running.descriptions();
    }

    /** What was found while reading and loading the scripts. */
    public List<Finding> findings() {
        return running.findings();
    }

    /** Names of statuses and scripts, for the output; they stay right when scripts are loaded anew. */
    public VerdictNames verdictNames() {
        return names;
    }

    /**
     * Reads the script folders anew and, where nothing in them is broken that was not broken before, has every script
     * thread change to machines with the new scripts between two batches. No event is lost or seen twice; what scripts
     * kept in variables goes, the store behind {@code ntop.setCache} stays. The old scripts' {@code teardown} runs. The
     * files of local networks and of blacklisted hosts are read anew too, and hold for flows that begin after.
     *
     * <p>Any thread but a script thread; it takes as long as loading the scripts once per thread does, and ends when
     * all threads have changed. Several callers go one after the other.
     */
    public synchronized ReloadResult reload() {
        if (closing) {
            return ReloadResult.refused("the run ends");
        }
        ScriptSet next = null;
        final HostLists.Reading lists;
        final int[] numbers;
        try {
            lists = hosts.read();
            next = ScriptSet.load(config, this::host);
            final List<Finding> broken = next.brokenSince(running);
            if (!broken.isEmpty()) {
                next.discard();
                return ReloadResult.refused(next, running, broken);
            }
            next.complete(agents.size(), this::host);
            numbers = nameScripts(next);
        } catch (final RuntimeException e) {
            if (next != null) {
                next.close();
            }
            return ReloadResult.refused(String.valueOf(e.getMessage()));
        }
        hosts.use(lists);
        for (int i = 0; i < agents.size(); i++) {
            agents.get(i).offer(next.hosts().get(i), numbers);
        }
        boolean changed = true;
        for (final ScriptAgent agent : agents) {
            changed &= awaitChange(agent);
        }
        if (!changed) {
            return ReloadResult.refused("the run ends");
        }
        final ReloadResult result = ReloadResult.done(next, running);
        running = next;
        return result;
    }

    /**
     * Has a file in the script folders, the settings file or one of hosts lead to a reload whenever it has changed.
     * Once, before {@link #close()}.
     *
     * @param reload called on the thread of the watch; it is to call {@link #reload()}.
     * @throws java.io.UncheckedIOException where the system gives no more watches.
     */
    public synchronized void watch(final Runnable reload) {
        final List<Path> watched = new ArrayList<>(config.scriptPaths());
        config.inputs().settingsFile().ifPresent(watched::add);
        watched.addAll(hosts.files());
        watch = new ScriptWatch(watched, reload);
    }

    /**
     * How often each hook of each script ran and how long it took, over all threads and all reloads so far. Any thread.
     */
    public HookTimes hookTimes() {
        final HookTimes sum = new HookTimes();
        agents.forEach(agent -> agent.addHookTimes(sum));
        return sum;
    }

    /** What was wrong with external alerts, in one line; empty where nothing was. */
    public Optional<String> externalAlertProblem() {
        return Optional.ofNullable(externalAlerts).map(ExternalAlerts::problem);
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
        // Events may have left the rings and still wait for their turn.
        while (order == EventOrder.BY_EPOCH && !agents.stream().allMatch(ScriptAgent::isFinished)) {
            if (failure != null) {
                throw new IllegalStateException("a script thread died: " + failure, failure);
            }
            LockSupport.parkNanos(POLL_NS);
        }
    }

    /**
     * From now on script threads wait for room in their output rings: a live run is to end without a loss. Any thread.
     */
    public void waitForOutput() {
        agents.forEach(ScriptAgent::waitForOutput);
    }

    /**
     * From now on no hook is called any more: those that are due are counted as skipped, so that events and records of
     * flows come through at once, whatever scripts do. A call that runs now comes to its end first. Any thread, before
     * {@link #close()}.
     */
    public void skipHooks() {
        agents.forEach(ScriptAgent::skipHooks);
    }

    /** Stops the threads after the batch in hand; each script's {@code teardown} runs. */
    @Override
    public void close() {
        // A reload that waits for its turn, or for a thread, gives up.
        closing = true;
        final ScriptWatch watching = watch;
        if (watching != null) {
            watching.close();
        }
        synchronized (this) {
            closeExternalAlerts();
            runners.forEach(AgentRunner::close);
            if (externalAlerts != null) {
                externalAlerts.conclude(telemetry.total(ScriptCounter.EXTERNAL_ALERTS_TAKEN));
            }
            for (final ScriptAgent agent : agents) {
                closeIfAny(agent.takeRetired());
                closeIfAny(agent.withdraw());
            }
            watchdog.close();
            stores.close();
        }
    }

    // Alerts of a replay wait as long as it takes; live ones as long as their flow may be silent before it ends.
    private void openExternalAlerts() {
        final double longestS = config.idleTimeoutNs() / NS_PER_S + 2.0 * config.periodicSeconds();
        config.inputs().externalAlerts().ifPresent(path -> externalAlerts = ExternalAlerts.open(
            path, config.lossless(), config.lossless() ? 0 : longestS, config.inputs().liveTimeNs(), stores,
            telemetry));
    }

    private void closeExternalAlerts() {
        if (externalAlerts != null) {
            externalAlerts.close();
        }
    }

    // A script that does not load is left out of a run; settings that do not fit are the user's to correct first.
    private ScriptSet firstSet() {
        final ScriptSet set = ScriptSet.load(config, this::host);
        set.settingsError(config).ifPresent(error -> {
            set.discard();
            throw new IllegalArgumentException(error.toString());
        });
        return set;
    }

    private ScriptHost host(final int thread, final MachineSettings settings, final List<ScriptSource> sources) {
        return new ScriptHost(settings, applicationNames, sources, places.get(thread).address(),
            ScriptAgent.BATCH, watchdog, stores, problems);
    }

    private int[] nameScripts(final ScriptSet set) {
        return names.add(set.keys(), set.hosts().getFirst().statusKeys());
    }

    // False where the run ends first; a machine that was not taken up is closed then.
    private boolean awaitChange(final ScriptAgent agent) {
        ScriptHost retired = agent.takeRetired();
        while (retired == null && !closing && failure == null) {
            LockSupport.parkNanos(POLL_NS);
            retired = agent.takeRetired();
        }
        closeIfAny(retired == null ? agent.withdraw() : retired);
        return !closing && failure == null;
    }

    private static void closeIfAny(final ScriptHost host) {
        if (host != null) {
            host.close();
        }
    }

    private void start(final ScriptAgent agent, final IdleStrategy idle, final ThreadFactory threads) {
        final Heartbeat heartbeat = new Heartbeat(agent.roleName(), idle);
        heartbeats.add(heartbeat);
        final AgentRunner runner = new AgentRunner(heartbeat, this::onFailure, null, agent);
        agents.add(agent);
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
