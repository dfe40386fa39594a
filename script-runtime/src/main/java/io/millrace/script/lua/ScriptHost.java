package io.millrace.script.lua;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.binding.luajit.LuaException;
import io.millrace.binding.luajit.LuaVm;
import io.millrace.engine.event.ApplicationNames;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.event.FlowMetadataDescriptor;
import io.millrace.engine.memory.RawMemory;
import io.millrace.engine.memory.StructDescriptor;
import io.millrace.script.geo.PlaceDescriptor;
import io.millrace.script.verdict.AlertDescriptor;
import io.millrace.script.verdict.VerdictDescriptor;
import java.lang.foreign.Arena;
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

    /** Layouts that Lua shares, in the order of their declaration. */
    static final List<Shared> SHARED = List.of(
        new Shared(FlowEventDescriptor.layout(), FlowEventDescriptor.LENGTH),
        new Shared(FlowMetadataDescriptor.layout(), FlowMetadataDescriptor.LENGTH),
        new Shared(VerdictDescriptor.layout(), VerdictDescriptor.LENGTH),
        new Shared(AlertDescriptor.layout(), AlertDescriptor.LENGTH),
        new Shared(PlaceDescriptor.layout(), PlaceDescriptor.LENGTH),
        new Shared(ControlDescriptor.layout(), ControlDescriptor.LENGTH),
        new Shared(ScriptStatsDescriptor.layout(), ScriptStatsDescriptor.LENGTH),
        new Shared(EmissionDescriptor.layout(), EmissionDescriptor.LENGTH));

    private static final String FIELD = "\u001f";
    private static final String RECORD = "\u001e";
    private static final int MAX_REBUILDS_PER_EVENT = 4;
    private static final int MAX_SCRIPTS = 0xFFFF;

    private final Arena arena = Arena.ofShared();
    private final MachineSettings settings;
    private final ApplicationNames names;
    private final List<ScriptSource> sources;
    private final Watchdog watchdog;
    private final Consumer<Finding> problems;
    private final long placesAddress;
    private final long control;
    private final long stats;
    private final long emissions;
    private final long batch;
    private final int batchCapacity;
    private final EmissionCursor cursor;
    private final List<ScriptDescription> descriptions = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();
    private LuaVm vm;
    private int rebuilds;

    record Shared(StructDescriptor layout, int length) {
    }

    /**
     * Loads the scripts.
     *
     * @param settings      of the machine.
     * @param names         what nDPI's numbers mean.
     * @param sources       scripts in the order in which they run.
     * @param placesAddress array of {@code place_t}, at least one of them.
     * @param batchCapacity most events per dispatch.
     * @param watchdog      stops hooks that run too long.
     * @param problems      takes errors of running scripts, each distinct one once; called on the script thread.
     */
    public ScriptHost(
        final MachineSettings settings,
        final ApplicationNames names,
        final List<ScriptSource> sources,
        final long placesAddress,
        final int batchCapacity,
        final Watchdog watchdog,
        final Consumer<Finding> problems) {

        if (sources.size() > MAX_SCRIPTS) {
            throw new IllegalArgumentException("at most " + MAX_SCRIPTS + " scripts: found " + sources.size());
        }
        this.settings = settings;
        this.names = names;
        this.sources = List.copyOf(sources);
        this.placesAddress = placesAddress;
        this.batchCapacity = batchCapacity;
        this.watchdog = watchdog;
        this.problems = problems;
        control = allocate(ControlDescriptor.LENGTH);
        stats = allocate((long) ScriptStatsDescriptor.LENGTH * Math.max(1, sources.size()));
        emissions = allocate(settings.emissionCapacityBytes());
        batch = allocate((long) BATCH_ENTRY_LENGTH * batchCapacity);
        cursor = new EmissionCursor(emissions);
        build();
    }

    /** Version of the loaded LuaJIT, for example {@code LuaJIT 2.1.0-beta3}. */
    public static String luajitVersion() {
        return LuaVm.version();
    }

    /** What became of each script when it was loaded, in load order. */
    public List<ScriptDescription> descriptions() {
        return List.copyOf(descriptions);
    }

    /** What was found while loading. */
    public List<Finding> findings() {
        return List.copyOf(findings);
    }

    /** Keys of the status ids 0 to 63, for example {@code blacklisted}; null where an id is not in use. */
    public String[] statusKeys() {
        final String[] keys = new String[Long.SIZE];
        new String(vm.call("statuses"), UTF_8).lines().forEach(line -> {
            final int space = line.indexOf(' ');
            keys[Integer.parseInt(line.substring(0, space))] = line.substring(space + 1);
        });
        return keys;
    }

    /** Puts an event and its verdict into place {@code index} of the batch. */
    public void put(final int index, final long eventAddress, final long verdictAddress) {
        final long entry = batch + (long) index * BATCH_ENTRY_LENGTH;
        RawMemory.putI64(entry, eventAddress);
        RawMemory.putI64(entry + Long.BYTES, verdictAddress);
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
        int next = from;
        rebuilds = 0;
        while (true) {
            final int done = vm.dispatch(batch, next, count);
            if (done < 0) {
                next = recover(done == LuaVm.ABANDONED, next, count);
            } else if (RawMemory.i32(control + ControlDescriptor.REPLACE) != 0) {
                RawMemory.putI32(control + ControlDescriptor.REPLACE, 0);
                rebuild();
                next = done;
            } else {
                return done;
            }
            if (next >= count) {
                return count;
            }
        }
    }

    /** What the dispatch handed out, from the first record on. */
    public EmissionCursor emissions() {
        return cursor.rewind(RawMemory.i32(control + ControlDescriptor.EMISSION_USED));
    }

    /** Empties the emission buffer. */
    public void clearEmissions() {
        RawMemory.putI32(control + ControlDescriptor.EMISSION_USED, 0);
    }

    /** Tells the listener of an error in a script. */
    public void report(final EmissionCursor error) {
        report(error.script(), error.text());
    }

    /** Calls each script's {@code teardown}; what they print becomes emissions. */
    public void teardown() {
        RawMemory.putI32(control + ControlDescriptor.CURRENT_EVENT, 0);
        try {
            vm.call("teardown");
        } catch (final LuaException e) {
            report(RawMemory.i32(control + ControlDescriptor.CURRENT_SCRIPT), "teardown() " + e.getMessage());
        }
    }

    /** Hook calls that fell due. */
    public long hooksDue() {
        return sum(ScriptStatsDescriptor.DUE);
    }

    /** Hook calls that returned. */
    public long hooksRun() {
        return sum(ScriptStatsDescriptor.RUN);
    }

    /** Hook calls that ended in an error. */
    public long hooksFailed() {
        return sum(ScriptStatsDescriptor.FAILED);
    }

    /** Hook calls that were stopped at their deadline. */
    public long hooksTimedOut() {
        return sum(ScriptStatsDescriptor.TIMED_OUT);
    }

    /** Hook calls that were not made because the script had been taken out of service. */
    public long hooksSkipped() {
        return sum(ScriptStatsDescriptor.SKIPPED);
    }

    /** Alerts raised. */
    public long alertsRaised() {
        return (long) RawMemory.f64(control + ControlDescriptor.ALERTS_RAISED);
    }

    /** Texts and alerts that found no room because one event's scripts handed out too much. */
    public long emissionsLost() {
        return (long) RawMemory.f64(control + ControlDescriptor.EMISSIONS_LOST);
    }

    /** Bytes that Lua objects take now. */
    public long memoryUsedBytes() {
        return vm.memoryUsedBytes();
    }

    /** Offset and size of each field as LuaJIT sees them, one {@code struct field offset size} a line. */
    String layoutInLua() {
        return new String(vm.call("layout"), UTF_8);
    }

    /** Names of all {@code flow} functions, one a line. */
    String flowFunctions() {
        return new String(vm.call("functions"), UTF_8);
    }

    @Override
    public void close() {
        if (vm != null) {
            watchdog.remove(vm);
            vm.close();
            vm = null;
            arena.close();
        }
    }

    private long allocate(final long lengthBytes) {
        return arena.allocate(lengthBytes, 64).address();
    }

    private void build() {
        boolean complete = false;
        while (!complete) {
            descriptions.clear();
            findings.clear();
            // Even: no user code runs. A machine that was lost may have left it odd.
            final int serial = RawMemory.i32(control + ControlDescriptor.HOOK_SERIAL);
            RawMemory.putI32(control + ControlDescriptor.HOOK_SERIAL, serial + 1 & ~1);
            vm = new LuaVm(settings.memoryLimitBytes());
            watchdog.add(vm, control);
            start();
            complete = loadAll();
            if (!complete) {
                watchdog.remove(vm);
                vm.close();
            }
        }
    }

    private void start() {
        final List<byte[]> arguments = new ArrayList<>();
        arguments.add(luaSettings());
        arguments.addAll(LuaLibrary.modules());
        try {
            vm.start("@millrace/" + LuaLibrary.BOOT + ".lua", LuaLibrary.boot(), arguments.toArray(byte[][]::new));
        } catch (final LuaException e) {
            watchdog.remove(vm);
            vm.close();
            throw new IllegalStateException("the Lua library does not start: " + e.getMessage()
                + (e.getMessage().contains("not enough memory") ? ": raise --script-memory" : ""), e);
        }
    }

    // False where a script hung in compiled code while it was loaded: it is now out of service, start again.
    private boolean loadAll() {
        for (int i = 0; i < sources.size(); i++) {
            final ScriptSource source = sources.get(i);
            if (takenOutFor(i) == ScriptStatsDescriptor.LOADING) {
                describeHung(source);
                continue;
            }
            try {
                final byte[] records = vm.call(
                    "load", bytes(Integer.toString(i)), bytes(source.path().toString()), bytes(source.key()),
                    bytes(folder(source)), bytes(source.inAlerts() ? "1" : "0"), source.text(), bytes(wish(source)),
                    bytes(takenOut(i)));
                describe(source, new String(records, UTF_8));
            } catch (final LuaException e) {
                if (e.abandoned()) {
                    takeOut(i, ScriptStatsDescriptor.LOADING);
                    return false;
                }
                findings.add(new Finding(Finding.Severity.ERROR, source.path(), 0, e.getMessage()));
                takeOut(i, ScriptStatsDescriptor.LOADING);
            }
        }
        vm.call("finish");
        return true;
    }

    private void describeHung(final ScriptSource source) {
        findings.add(new Finding(Finding.Severity.ERROR, source.path(), 0,
            "ran past its deadline while loading: move the work into a hook"));
        descriptions.add(new ScriptDescription(source.path(), source.key(), source.key(), "", List.of(), List.of(),
            ScriptDescription.State.FAILED, "ran past its deadline while loading"));
    }

    private void describe(final ScriptSource source, final String records) {
        String title = source.key();
        String description = "";
        final List<String> hooks = new ArrayList<>();
        final List<String> filters = new ArrayList<>();
        ScriptDescription.State state = ScriptDescription.State.FAILED;
        String reason = "";
        for (final String record : records.split(RECORD)) {
            final String[] fields = record.split(FIELD, -1);
            switch (fields[0]) {
                case "finding" -> findings.add(new Finding(
                    Finding.Severity.valueOf(fields[1].toUpperCase(Locale.ROOT)), source.path(),
                    (int) Double.parseDouble(fields[2]), fields[3]));
                case "title" -> title = fields[1];
                case "description" -> description = fields[1];
                case "hook" -> hooks.add(fields[1]);
                case "filter" -> filters.add(fields[1]);
                case "state" -> {
                    state = ScriptDescription.State.valueOf(fields[1].toUpperCase(Locale.ROOT));
                    reason = fields[2];
                }
                default -> throw new IllegalStateException("unknown record from the Lua library: " + record);
            }
        }
        descriptions.add(new ScriptDescription(
            source.path(), source.key(), title, description, List.copyOf(hooks), List.copyOf(filters), state, reason));
    }

    // After a machine was lost: says who is to blame, counts the call, makes another; returns the event to go on with.
    private int recover(final boolean abandoned, final int from, final int count) {
        final int event = Math.clamp(RawMemory.i32(control + ControlDescriptor.CURRENT_EVENT), from, count - 1);
        final int script = RawMemory.i32(control + ControlDescriptor.CURRENT_SCRIPT);
        final int serial = RawMemory.i32(control + ControlDescriptor.HOOK_SERIAL);
        final String message = vm.lastError();
        if ((serial & 1) == 1) {
            final long counter = stat(script)
                + (abandoned ? ScriptStatsDescriptor.TIMED_OUT : ScriptStatsDescriptor.FAILED);
            RawMemory.putF64(counter, RawMemory.f64(counter) + 1);
            takeOut(script, abandoned ? ScriptStatsDescriptor.DEADLINE : ScriptStatsDescriptor.MEMORY);
        }
        report(script, message);
        rebuild();
        if (++rebuilds > MAX_REBUILDS_PER_EVENT) {
            rebuilds = 0;
            return event + 1;
        }
        RawMemory.putI32(control + ControlDescriptor.RESUMING, 1);
        RawMemory.putI32(control + ControlDescriptor.RESUME_SCRIPT, script);
        return event;
    }

    private void rebuild() {
        final List<ScriptDescription> firstDescriptions = List.copyOf(descriptions);
        final List<Finding> firstFindings = List.copyOf(findings);
        final int event = RawMemory.i32(control + ControlDescriptor.CURRENT_EVENT);
        watchdog.remove(vm);
        vm.close();
        build();
        RawMemory.putI32(control + ControlDescriptor.CURRENT_EVENT, event);
        descriptions.clear();
        descriptions.addAll(firstDescriptions);
        findings.clear();
        findings.addAll(firstFindings);
    }

    private void report(final int script, final String message) {
        final Path path = sources.get(script).path();
        final String prefix = path + ":";
        int line = 0;
        String text = message;
        if (message.startsWith(prefix)) {
            final int end = message.indexOf(':', prefix.length());
            final String digits = end < 0 ? "" : message.substring(prefix.length(), end);
            if (!digits.isEmpty() && digits.chars().allMatch(Character::isDigit)) {
                line = Integer.parseInt(digits);
                text = message.substring(end + 1).strip();
            }
        }
        problems.accept(new Finding(Finding.Severity.ERROR, path, line, text.replace('\n', ' ')));
    }

    private void takeOut(final int script, final int reason) {
        RawMemory.putF64(stat(script) + ScriptStatsDescriptor.TAKEN_OUT, reason);
    }

    private String takenOut(final int script) {
        return switch (takenOutFor(script)) {
            case ScriptStatsDescriptor.DEADLINE -> "taken out of service: ran past its deadline";
            case ScriptStatsDescriptor.MEMORY -> "taken out of service: used up the machine's memory";
            default -> "";
        };
    }

    private int takenOutFor(final int script) {
        return (int) RawMemory.f64(stat(script) + ScriptStatsDescriptor.TAKEN_OUT);
    }

    private String wish(final ScriptSource source) {
        final Boolean wish = settings.wishes().get(source.key());
        return wish == null ? "" : wish ? "on" : "off";
    }

    private static String folder(final ScriptSource source) {
        final Path parent = source.path().toAbsolutePath().getParent();
        return parent == null ? "/" : parent.toString();
    }

    private long stat(final int script) {
        return stats + (long) script * ScriptStatsDescriptor.LENGTH;
    }

    private long sum(final int field) {
        double total = 0;
        for (int i = 0; i < sources.size(); i++) {
            total += RawMemory.f64(stat(i) + field);
        }
        return (long) total;
    }

    private static byte[] bytes(final String text) {
        return text.getBytes(UTF_8);
    }

    private byte[] luaSettings() {
        final StringBuilder cdef = new StringBuilder();
        final StringBuilder structs = new StringBuilder("{\n");
        for (final Shared struct : SHARED) {
            cdef.append(struct.layout().cdef());
            structs.append("{ name = \"").append(struct.layout().name()).append("\", length = ")
                .append(struct.length()).append(", fields = {");
            for (final StructDescriptor.Field field : struct.layout().fields()) {
                structs.append('"').append(field.name()).append("\",");
            }
            structs.append("} },\n");
        }
        structs.append('}');
        return new LuaText()
            .put("version", String.valueOf(ScriptHost.class.getPackage().getImplementationVersion()))
            .put("event_version", FlowEventDescriptor.VERSION)
            .put("cdef", cdef.toString())
            .putExpression("structs", structs.toString())
            .put("control", control)
            .put("stats", stats)
            .put("places", placesAddress)
            .put("emissions", emissions)
            .put("emission_capacity", settings.emissionCapacityBytes())
            .put("emission_reserve", settings.emissionCapacityBytes() / 4)
            .put("emission_text", EmissionDescriptor.TEXT)
            .put("emission_alert", EmissionDescriptor.ALERT)
            .put("emission_error", EmissionDescriptor.SCRIPT_ERROR)
            .put("memory_limit", settings.memoryLimitBytes())
            .put("score_unset", VerdictDescriptor.SCORE_UNSET)
            .put("trait_local", VerdictDescriptor.LOCAL)
            .put("trait_blacklisted", VerdictDescriptor.BLACKLISTED)
            .put("trait_multicast", VerdictDescriptor.BROADCAST_OR_MULTICAST)
            .put("kind_protocol_detected", FlowEventKind.PROTOCOL_DETECTED.code)
            .put("kind_periodic_update", FlowEventKind.PERIODIC_UPDATE.code)
            .put("kind_flow_end", FlowEventKind.FLOW_END.code)
            .put("tick_seconds", settings.tickSeconds())
            .put("idle_timeout_ns", settings.idleTimeoutNs())
            .put("ordered", settings.ordered() ? 1 : 0)
            .put("allowed", settings.allowedLibraries())
            .put("texts", textNames())
            .put("protocols", names.protocols())
            .put("protocol_categories", names.protocolCategory())
            .put("protocol_breeds", names.protocolBreed())
            .put("categories", names.categories())
            .put("breeds", names.breeds())
            .put("risks", names.risks())
            .bytes();
    }

    private static List<String> textNames() {
        final String suffix = "_offset";
        return FlowMetadataDescriptor.layout().fields().stream()
            .map(StructDescriptor.Field::name)
            .filter(name -> name.endsWith(suffix))
            .map(name -> name.substring(0, name.length() - suffix.length()))
            .toList();
    }
}
