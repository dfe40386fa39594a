package io.millrace.launch;

import io.millrace.engine.config.ConfigException;
import io.millrace.engine.config.EngineConfig.FlowStatistics;
import io.millrace.engine.config.EngineConfig.Overflow;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.script.ScriptConfig;
import io.millrace.script.ScriptInputs;
import io.millrace.script.file.BoundedFile;
import io.millrace.script.geo.PlaceSource;
import io.millrace.script.lua.RunTraits;
import io.millrace.script.lua.ScriptProfile;
import io.millrace.script.lua.ScriptSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Stream;
import org.agrona.BitUtil;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Mixin;

/** Flags about scripts: which, on how many threads, and how their events come to them. */
@Command(description = "Scripts")
final class ScriptOptions {
    /** Where scripts are looked for when no flag says otherwise; those that exist. */
    static final List<Path> DEFAULT_FOLDERS = List.of(
        Path.of("/etc/millrace/scripts"),
        Path.of("/usr/share/millrace/scripts/callbacks/interface/flow"),
        // Beside a launcher that was unpacked and not installed; a checkout has no such folder.
        Path.of(System.getProperty("millrace.home", "/usr/lib/millrace"), "scripts/callbacks/interface/flow"),
        Path.of("/usr/share/ntopng/scripts/callbacks/interface/flow"));

    private static final String MATCH_PACKET_FUNCTION = "getnDPIMatchPacket";
    private static final int MAX_SCRIPT_THREADS = 64;
    private static final int MAX_VERDICTS = 1 << 29;
    private static final int SCRIPT_FOLDERS_DEPTH = 8;
    private static final int MIN_EVENT_RING = BitUtil.findNextPositivePowerOfTwo(8 * FlowEventDescriptor.MAX_LENGTH);
    private static final int MAX_EVENT_RING = 1 << 30;

    @Option(names = "--scripts", paramLabel = "DIR", split = ":",
        description = "Folder or file with scripts; repeatable (default: /etc/millrace/scripts,"
            + " /usr/share/millrace/scripts/callbacks/interface/flow, scripts/callbacks/interface/flow beside the"
            + " launcher and /usr/share/ntopng/scripts/callbacks/interface/flow, those that exist).")
    private List<Path> scripts = List.of();

    @Option(names = "--script-config", paramLabel = "FILE",
        description = "JSON object that configures scripts by name: {\"tls_certificate\": false, \"longlived\":"
            + " {\"enabled\": true, \"values\": {\"max_duration_s\": 7200}}}"
            + " (default: each script as it says itself).")
    private Path scriptConfig;

    @Option(names = "--watch-scripts", paramLabel = "true|false", arity = "0..1", fallbackValue = "true",
        description = "Load scripts anew when a file in their folders changes (default: in capture only).")
    private Boolean watchScripts;

    @Option(names = "--script-threads", paramLabel = "N", converter = CountConverter.class,
        description = "Threads that run scripts; a flow always goes to the same one (default: 1; on live ports one for"
            + " four workers).")
    private Integer scriptThreads;

    @Option(names = "--script-cores", paramLabel = "LIST", converter = CoreList.Converter.class,
        description = "Cores to pin script threads to, for example 3,5; any leaves it to the kernel (default: on live"
            + " ports cores that workers leave free, where two more are left; otherwise the kernel places them).")
    private CoreList scriptCores;

    @Mixin
    private ScriptLimitOptions limits;

    @Option(names = "--script-profile",
        description = "Say at the end how often each hook was called, how long it took, and where LuaJIT could not"
            + " compile; reads the clock twice a call (default: off).")
    private boolean scriptProfile;

    @Mixin
    private ReachOptions reach;

    @Mixin
    private HostOptions hosts;

    @Option(names = "--event-ring", paramLabel = "SIZE", defaultValue = "4M", converter = SizeConverter.class,
        description = "Room for events between worker and script thread, a power of two (default: ${DEFAULT-VALUE}).")
    private long eventRingBytes;

    @Option(names = "--overflow", paramLabel = "block|drop",
        description = "When that room is used up: the worker waits, or the event is skipped and counted"
            + " (default: block in a replay, drop on live ports).")
    private Overflow overflow;

    @Option(names = "--idle-strategy", paramLabel = "NAME", defaultValue = "backoff",
        description = "How script threads and writer wait for work: spin, yield, backoff or sleep"
            + " (default: ${DEFAULT-VALUE}).")
    private IdleStrategyName idleStrategy;

    /** Folders and files given, or the default folders that exist. */
    List<Path> paths() {
        if (scripts.isEmpty()) {
            return DEFAULT_FOLDERS.stream().filter(Files::isDirectory).toList();
        }
        requireReadable("--scripts", scripts);
        return List.copyOf(new LinkedHashSet<>(scripts));
    }

    /**
     * Refuses scripts and folders that are not there or may not be read.
     *
     * @param argument what they were given with, for the message.
     * @throws ConfigException at the first of them.
     */
    static void requireReadable(final String argument, final List<Path> paths) {
        for (final Path path : paths) {
            if (!Files.exists(path)) {
                throw new ConfigException(argument + ": no such file or folder: " + path + ": check the path");
            }
            if (!Files.isReadable(path)) {
                throw new ConfigException(argument + ": may not be read: " + path + ": change its permissions");
            }
        }
    }

    /** Threads as asked for, by number or by naming cores for them; null for what suits. */
    Integer askedThreads() {
        if (scriptThreads != null && (scriptThreads < 1 || scriptThreads > MAX_SCRIPT_THREADS)) {
            throw new ConfigException(
                "--script-threads must be from 1 to " + MAX_SCRIPT_THREADS + ": " + scriptThreads);
        }
        return scriptThreads == null && scriptCores != null && !scriptCores.cores().isEmpty()
            ? (Integer) scriptCores.cores().size() : scriptThreads;
    }

    /** One core for each script thread; empty leaves placing to the kernel, null is any choice. */
    List<Integer> askedCores() {
        if (scriptCores == null) {
            return null;
        }
        final int named = scriptCores.cores().size();
        if (named != 0 && named != askedThreads()) {
            throw new ConfigException("--script-cores: " + named + " cores for " + askedThreads()
                + " script threads: name as many cores as threads");
        }
        return scriptCores.cores();
    }

    /** Memory that the scripts of one thread may take. */
    long scriptMemoryBytes() {
        return limits.memoryBytes();
    }

    /** Memory of the store that all scripts share. */
    long scriptStoreBytes() {
        return limits.storeBytes();
    }

    /** Whether scripts are loaded anew when a file in their folders changes. */
    boolean watch(final boolean byDefault) {
        return watchScripts == null ? byDefault : watchScripts;
    }

    /** Room between one worker and one script thread. */
    int eventRingBytes() {
        if (eventRingBytes < MIN_EVENT_RING || eventRingBytes > MAX_EVENT_RING
            || !BitUtil.isPowerOfTwo(eventRingBytes)) {
            throw new ConfigException("--event-ring must be a power of two from " + (MIN_EVENT_RING >> 10)
                + "K to 1G: " + eventRingBytes + " bytes");
        }
        return (int) eventRingBytes;
    }

    /** As asked for, or as {@code usual} has it. */
    Overflow overflow(final Overflow usual) {
        return overflow == null ? usual : overflow;
    }

    IdleStrategyName idleStrategy() {
        return idleStrategy;
    }

    /** Where addresses are. */
    PlaceSource places() {
        return hosts.places();
    }

    /**
     * Settings of the script side.
     *
     * @param flows         times of the engine.
     * @param verdicts      flows that one script thread keeps verdicts of at most.
     * @param lossless      whether script threads wait for room in the output.
     * @param threadFactory makes the script threads.
     */
    ScriptConfig config(
        final FlowOptions flows, final int verdicts, final boolean lossless, final ThreadFactory threadFactory) {

        limits.check();
        hosts.check();
        if (scriptConfig != null) {
            try {
                ScriptSettings.read(scriptConfig);
            } catch (final IllegalArgumentException e) {
                throw new ConfigException("--script-config: " + e.getMessage());
            }
        }
        try {
            return ScriptConfig.defaults()
                .withScriptPaths(paths())
                .withLimits(limits.memoryBytes(), limits.deadlineNs(), reach.given())
                .withSupervision(limits.supervision())
                .withHosts(hosts.localNetworks(), hosts.blacklist())
                .withFlows(verdicts, flows.periodicSeconds(), flows.timeouts().longestNs())
                .withThreads(lossless, idleStrategy::create, threadFactory)
                .withInputs(inputs())
                .withRun(new RunTraits(
                    scriptProfile ? new ScriptProfile() : null, flows.statistics() == FlowStatistics.FULL));
        } catch (final IllegalArgumentException e) {
            throw new ConfigException((e.getMessage().startsWith("--") ? "" : "script settings: ") + e.getMessage());
        }
    }

    /** Files that are read: those that flags name, and the scripts. */
    List<Path> inputFiles() {
        final List<Path> files = new ArrayList<>();
        Stream.concat(Stream.ofNullable(scriptConfig), hosts.inputFiles()).forEach(files::add);
        for (final Path path : paths()) {
            try (Stream<Path> found = Files.walk(path, SCRIPT_FOLDERS_DEPTH)) {
                found.filter(Files::isRegularFile).filter(file -> file.toString().endsWith(".lua")).forEach(files::add);
            } catch (final IOException | UncheckedIOException e) {
                throw new ConfigException("--scripts: cannot be listed: " + path + " (" + e.getMessage()
                    + "): check its permissions");
            }
        }
        return files;
    }

    /**
     * Whether any script, or file beside one, now names the function that tells by which packet nDPI knew a flow: only
     * then are such packets kept.
     */
    boolean nameMatchPackets() {
        return inputFiles().stream().anyMatch(ScriptOptions::namesMatchPackets);
    }

    private static boolean namesMatchPackets(final Path file) {
        try {
            return file.toString().endsWith(".lua")
                && new String(BoundedFile.read(file), StandardCharsets.ISO_8859_1).contains(MATCH_PACKET_FUNCTION);
        } catch (final IOException e) {
            // Reading the scripts says so.
            return false;
        }
    }

    private ScriptInputs inputs() {
        final ScriptInputs usual = ScriptInputs.defaults();
        return new ScriptInputs(
            Optional.ofNullable(scriptConfig), hosts.asnDatabase(), hosts.externalAlerts(), limits.storeBytes(),
            usual.externalAlertBytes(), usual.liveTimeNs());
    }

    /**
     * Flows that one script thread keeps verdicts of at most. They spread evenly over the threads, but not exactly; and
     * a verdict outlives its flow while events wait.
     *
     * @param flows of all workers.
     */
    int verdictCapacity(final long flows, final int threads) {
        final long waitingEvents = eventRingBytes / FlowEventDescriptor.LENGTH;
        return (int) Math.min(MAX_VERDICTS, flows * 5 / 4 / threads + waitingEvents);
    }
}
