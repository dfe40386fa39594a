package io.millrace.script.lua;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.binding.luajit.LuaException;
import io.millrace.binding.luajit.LuaVm;
import io.millrace.engine.event.ApplicationNames;
import io.millrace.engine.memory.RawMemory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * The scripts of one script thread and the virtual machine that they run in. Events go in as a batch of addresses;
 * what the scripts hand out is read with an {@link EmissionCursor}. Where a script brings its machine down, another is
 * made without it and goes on at the same event; verdicts, counters and emissions lie outside the machine and stay.
 *
 * <p>May be built by one thread and then used by another; never by two at once.
 */
public final class ScriptHost implements AutoCloseable {
    /** Bytes of one entry of a batch: address of a flow event, address of its verdict. */
    public static final int BATCH_ENTRY_LENGTH = 2 * Long.BYTES;

    private static final int MAX_SCRIPTS = 0xFFFF;

    private final MachineSettings settings;
    private final List<ScriptSource> sources;
    private final HostMemory memory;
    private final HostMachine machine;
    private final int batchCapacity;
    private final EmissionCursor cursor;
    private final HookRecorder recorder;
    private final MachineRecovery recovery;
    private final List<ScriptDescription> descriptions;
    private final List<Finding> findings;
    private final FlowNeed need;

    /**
     * Loads the scripts.
     *
     * @param settings      of the machine.
     * @param names         what nDPI's numbers mean.
     * @param sources       scripts in the order in which they run.
     * @param placesAddress array of {@code place_t}, at least one of them.
     * @param batchCapacity most events per dispatch.
     * @param watchdog      stops hooks that run too long.
     * @param stores        shared with the other machines of the process; the caller closes them after the host.
     * @param problems      takes errors of running scripts, each distinct one once; called on the script thread.
     */
    public ScriptHost(
        final MachineSettings settings,
        final ApplicationNames names,
        final List<ScriptSource> sources,
        final long placesAddress,
        final int batchCapacity,
        final Watchdog watchdog,
        final ScriptStores stores,
        final Consumer<Finding> problems) {

        if (sources.size() > MAX_SCRIPTS) {
            throw new IllegalArgumentException("at most " + MAX_SCRIPTS + " scripts: found " + sources.size());
        }
        this.settings = settings;
        this.sources = List.copyOf(sources);
        this.batchCapacity = batchCapacity;
        memory = new HostMemory(
            sources.size(), settings.emissionCapacityBytes(), (long) BATCH_ENTRY_LENGTH * batchCapacity,
            settings.run().profile() != null);
        recorder = new HookRecorder(memory, sources.size());
        cursor = new EmissionCursor(memory.emissions());
        machine = new HostMachine(settings, names, this.sources, placesAddress, watchdog, stores, memory);
        recovery = new MachineRecovery(settings, this.sources, memory, machine, recorder, problems);
        try {
            final ScriptLoader loader = machine.load();
            descriptions = loader.descriptions();
            findings = loader.findings();
            need = FlowNeed.values()[Integer.parseInt(new String(machine.call("needs"), UTF_8))];
        } catch (final RuntimeException e) {
            machine.close();
            memory.close();
            throw e;
        }
    }

    /** Version of the loaded LuaJIT, for example {@code LuaJIT 2.1.0-beta3}. */
    public static String luajitVersion() {
        return LuaVm.version();
    }

    /** What became of each script when it was loaded, in load order. */
    public List<ScriptDescription> descriptions() {
        return descriptions;
    }

    /** What was found while loading. */
    public List<Finding> findings() {
        return findings;
    }

    /** Keys of the status ids 0 to 63, for example {@code blacklisted}; null where an id is not in use. */
    public String[] statusKeys() {
        final String[] keys = new String[Long.SIZE];
        new String(machine.call("statuses"), UTF_8).lines().forEach(line -> {
            final int space = line.indexOf(' ');
            keys[Integer.parseInt(line.substring(0, space))] = line.substring(space + 1);
        });
        return keys;
    }

    /** Puts an event and its verdict into place {@code index} of the batch. */
    public void put(final int index, final long eventAddress, final long verdictAddress) {
        final long entry = memory.batch() + (long) index * BATCH_ENTRY_LENGTH;
        RawMemory.putI64(entry, eventAddress);
        RawMemory.putI64(entry + Long.BYTES, verdictAddress);
    }

    /** What its scripts could ask for. */
    public FlowNeed need() {
        return need;
    }

    /** Most events per dispatch. */
    public int batchCapacity() {
        return batchCapacity;
    }

    /**
     * Runs the hooks of events {@code from} to {@code count - 1} of the batch.
     *
     * @return the first event not done; less than {@code count} where the emissions must be taken out first.
     */
    public int dispatch(final int from, final int count) {
        if (sources.isEmpty()) {
            return count;
        }
        int next = from;
        recovery.onDispatch();
        while (true) {
            final int done = machine.dispatch(next, count);
            recorder.takeSamples();
            if (done >= 0) {
                machine.relieve();
                return done;
            }
            next = recovery.recover(done == LuaVm.ABANDONED, next, count);
            if (next >= count) {
                return count;
            }
        }
    }

    /** Whether {@link #onWorked} is of use. */
    public boolean isProfiled() {
        return settings.run().profile() != null;
    }

    /** Adds to {@code sum} how often hooks ran and how long they took so far. Any thread, while the host is open. */
    public void addHookTimes(final HookTimes sum) {
        sum.add(recorder, keys());
    }

    /** Notes time in which the thread worked on events, this host's hooks and all round them. */
    public void onWorked(final long durationNs) {
        recorder.addWorked(durationNs);
    }

    /** What the dispatch handed out, from the first record on. */
    public EmissionCursor emissions() {
        return cursor.rewind(memory.control(ControlDescriptor.EMISSION_USED));
    }

    /**
     * From the next event on, hooks are counted as skipped and not called. Any thread, while the host is open.
     */
    public void skipHooks() {
        memory.control(ControlDescriptor.ENDING, 1);
    }

    /** Empties the emission buffer. */
    public void clearEmissions() {
        memory.control(ControlDescriptor.EMISSION_USED, 0);
    }

    /** Tells the listener of an error in a script. */
    public void report(final EmissionCursor error) {
        recovery.report(error.script(), error.text());
    }

    /** Calls each script's {@code teardown}; what they print becomes emissions. */
    public void teardown() {
        memory.control(ControlDescriptor.CURRENT_EVENT, 0);
        for (int script = 0; script < sources.size(); script++) {
            try {
                machine.call("teardown", Integer.toString(script).getBytes(UTF_8));
            } catch (final LuaException e) {
                recovery.report(script, "teardown() " + e.getMessage());
                if (e.abandoned()) {
                    // The scripts after it have lost what they kept, but not their own end.
                    memory.takeOut(script, ScriptStatsDescriptor.DEADLINE);
                    recovery.rebuild();
                }
            }
        }
    }

    /** Hook calls that fell due. */
    public long hooksDue() {
        return memory.countedHooks(HookCountsDescriptor.DUE);
    }

    /** Hook calls that returned. */
    public long hooksRun() {
        return memory.countedHooks(HookCountsDescriptor.RUN);
    }

    /** Hook calls that ended in an error. */
    public long hooksFailed() {
        return memory.countedHooks(HookCountsDescriptor.FAILED);
    }

    /** Hook calls that were stopped at their deadline. */
    public long hooksTimedOut() {
        return memory.countedHooks(HookCountsDescriptor.TIMED_OUT);
    }

    /** Hook calls that were not made because the script had been taken out of service. */
    public long hooksSkipped() {
        return memory.countedHooks(HookCountsDescriptor.SKIPPED);
    }

    /** Alerts raised. */
    public long alertsRaised() {
        return memory.total(ControlDescriptor.ALERTS_RAISED);
    }

    /** Texts and alerts that found no room because one event's scripts handed out too much. */
    public long emissionsLost() {
        return memory.total(ControlDescriptor.EMISSIONS_LOST);
    }

    /** Writes to the shared store that found no room. */
    public long storeRefused() {
        return memory.total(ControlDescriptor.STORE_REFUSED);
    }

    /** External alerts that scripts took. */
    public long externalAlertsTaken() {
        return memory.total(ControlDescriptor.EXTERNAL_ALERTS_TAKEN);
    }

    /** Of the failed hook calls, those that failed for want of memory. */
    public long hooksOutOfMemory() {
        return memory.sum(ScriptStatsDescriptor.OUT_OF_MEMORY);
    }

    /** Calls of functions that are closed to scripts. */
    public long functionsBlocked() {
        return memory.sum(ScriptStatsDescriptor.BLOCKED);
    }

    /** Scripts that ran and were switched off since, by whatever failure. */
    public long scriptsSwitchedOff() {
        long off = 0;
        for (int script = 0; script < sources.size(); script++) {
            final int reason = memory.takenOutFor(script);
            off += reason == 0 || reason == ScriptStatsDescriptor.LOADING || reason == ScriptStatsDescriptor.HOARDING
                ? 0 : 1;
        }
        return off;
    }

    /** Bytes that Lua objects take now. */
    public long memoryUsedBytes() {
        return machine.memoryUsedBytes();
    }

    /** Offset and size of each field as LuaJIT sees them, one {@code struct field offset size} a line. */
    String layoutInLua() {
        return new String(machine.call("layout"), UTF_8);
    }

    /** Names in a script's source that the library does not know, whether or not a run would come by. */
    List<Finding> lint(final ScriptSource source) {
        final Path folder = source.path().toAbsolutePath().getParent();
        final String records = new String(
            machine.call("lint", source.text(), String.valueOf(folder).getBytes(UTF_8)), UTF_8);
        final List<Finding> unknown = new ArrayList<>();
        for (final String record : records.split("\u001e")) {
            final String[] fields = record.split("\u001f", -1);
            if (fields.length == 3) {
                unknown.add(new Finding(Finding.Severity.valueOf(fields[0].toUpperCase(Locale.ROOT)), source.path(),
                    Integer.parseInt(fields[1]), fields[2]));
            }
        }
        return unknown;
    }

    /** Every function of each generation: name, generation, arguments, result, sample arguments; see flow_api.lua. */
    String flowApi() {
        return new String(machine.call("api"), UTF_8);
    }

    /** The reference of all {@code flow} functions as Markdown. */
    String flowReference() {
        return new String(machine.call("reference"), UTF_8);
    }

    @Override
    public void close() {
        if (machine.isOpen()) {
            if (isProfiled()) {
                recovery.keepTraceAborts();
                settings.run().profile().add(recorder, keys());
            }
            machine.close();
            memory.close();
        }
    }

    private List<String> keys() {
        return sources.stream().map(ScriptSource::key).toList();
    }
}
