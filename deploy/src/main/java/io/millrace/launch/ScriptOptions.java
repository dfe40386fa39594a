package io.millrace.launch;

import io.millrace.engine.config.ConfigException;
import io.millrace.engine.config.EngineConfig.FlowStatistics;
import io.millrace.engine.config.EngineConfig.Overflow;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.script.ScriptConfig;
import io.millrace.script.ScriptInputs;
import io.millrace.script.file.BoundedFile;
import io.millrace.script.geo.AsnDatabase;
import io.millrace.script.geo.PlaceSource;
import io.millrace.script.intake.HostLists;
import io.millrace.script.lua.RunTraits;
import io.millrace.script.lua.ScriptProfile;
import io.millrace.script.lua.ScriptSettings;
import io.millrace.script.lua.Supervision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Stream;
import org.agrona.BitUtil;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Flags about scripts, what they know and what they may take. */
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
            + " /usr/share/millrace/scripts/callbacks/interface/flow, scripts/callbacks/interface/flow beside the launcher"
            + " and /usr/share/ntopng/scripts/callbacks/interface/flow, those that exist).")
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

    @Option(names = "--script-memory", paramLabel = "SIZE", defaultValue = "64M", converter = SizeConverter.class,
        description = "Memory that the scripts of one thread may take (default: ${DEFAULT-VALUE}).")
    private long scriptMemoryBytes;

    @Option(names = "--script-store", paramLabel = "SIZE", defaultValue = "64M", converter = SizeConverter.class,
        description = "Memory of the store that scripts of all threads share, ntop.setCache"
            + " (default: ${DEFAULT-VALUE}).")
    private long scriptStoreBytes;

    @Option(names = "--script-deadline", paramLabel = "TIME", defaultValue = "100ms",
        converter = DurationConverter.class,
        description = "Processor time that one hook may take; a script that takes more is switched off"
            + " (default: ${DEFAULT-VALUE}).")
    private long scriptDeadlineNs;

    @Option(names = "--script-max-failures", paramLabel = "N", defaultValue = "1000", converter = CountConverter.class,
        description = "Hook calls of a script that may fail in a row before it is switched off; 0 any number"
            + " (default: ${DEFAULT-VALUE}).")
    private int maxFailures;

    @Option(names = "--script-max-overruns", paramLabel = "N", defaultValue = "1", converter = CountConverter.class,
        description = "Hook calls of a script that may run past their deadline before it is switched off; 0 any number"
            + " (default: ${DEFAULT-VALUE}).")
    private int maxOverruns;

    @Option(names = "--script-profile",
        description = "Say at the end how often each hook was called, how long it took, and where LuaJIT could not"
            + " compile; reads the clock twice a call (default: off).")
    private boolean scriptProfile;

    @Option(names = "--allow-script", paramLabel = "LIST", split = ",",
        description = "What scripts may reach of the host: os (processes, environment), io (all files) or"
            + " io=FOLDER:FOLDER (what lies in these folders); separated by commas (default: none).")
    private Set<String> allowedLibraries = Set.of();

    @Option(names = "--local-networks", paramLabel = "CIDR", split = ",",
        defaultValue = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16,127.0.0.0/8,fc00::/7,fe80::/10,::1/128",
        description = "Networks whose hosts count as local, separated by commas; an entry that begins with / or ./ is a"
            + " file of networks, one a line, read again by a reload (default: ${DEFAULT-VALUE}).")
    private List<String> localNetworks;

    @Option(names = "--blacklist", paramLabel = "FILE",
        description = "File of blacklisted addresses and networks, one a line, read again by a reload"
            + " (default: none).")
    private Path blacklist;

    @Option(names = "--external-alerts", paramLabel = "PATH",
        description = "File of other programs' alerts, one JSON object a line as in Suricata's EVE, or place of a Unix"
            + " socket to read them from (default: none).")
    private Path externalAlerts;

    @Option(names = "--geoip", paramLabel = "FILE",
        description = "MaxMind database, City or Country (default: the tables of the package tor-geoipdb).")
    private Path geoip;

    @Option(names = "--geoip-asn", paramLabel = "FILE",
        description = "MaxMind database of autonomous systems, for `cli.asn` and `srv.asn` of getFullInfo"
            + " (default: none).")
    private Path geoipAsn;

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
        for (final Path path : scripts) {
            if (!Files.exists(path)) {
                throw new ConfigException("--scripts: no such file or folder: " + path + ": check the path");
            }
            if (!Files.isReadable(path)) {
                throw new ConfigException("--scripts: may not be read: " + path + ": change its permissions");
            }
        }
        return List.copyOf(new LinkedHashSet<>(scripts));
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
        return scriptMemoryBytes;
    }

    /** Memory of the store that all scripts share. */
    long scriptStoreBytes() {
        return scriptStoreBytes;
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
        return geoip == null ? PlaceSource.ofTables(PlaceSource.TOR_DIRECTORY) : PlaceSource.ofDatabase(geoip);
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

        try {
            new HostLists(localNetworks, Optional.empty());
        } catch (final IllegalArgumentException e) {
            throw new ConfigException("--local-networks: " + e.getMessage());
        }
        if (blacklist != null) {
            try {
                new HostLists(List.of(), Optional.of(blacklist));
            } catch (final IllegalArgumentException e) {
                throw new ConfigException("--blacklist: " + e.getMessage());
            }
        }
        if (geoipAsn != null) {
            AsnDatabase.open(geoipAsn);
        }
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
                .withLimits(scriptMemoryBytes, scriptDeadlineNs, allowedLibraries)
                .withSupervision(new Supervision(maxFailures, maxOverruns))
                .withHosts(new ArrayList<>(localNetworks), Optional.ofNullable(blacklist))
                .withFlows(verdicts, flows.periodicSeconds(), flows.timeouts().longestNs())
                .withThreads(lossless, idleStrategy::create, threadFactory)
                .withInputs(inputs())
                .withRun(new RunTraits(
                    scriptProfile ? new ScriptProfile() : null, flows.statistics() == FlowStatistics.FULL));
        } catch (final IllegalArgumentException e) {
            throw new ConfigException("script settings: " + e.getMessage());
        }
    }

    /** Files that are read: those that flags name, and the scripts. */
    List<Path> inputFiles() {
        final List<Path> files = new ArrayList<>();
        Stream.of(scriptConfig, blacklist, externalAlerts, geoip).filter(Objects::nonNull).forEach(files::add);
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
            Optional.ofNullable(scriptConfig), Optional.ofNullable(geoipAsn), Optional.ofNullable(externalAlerts),
            scriptStoreBytes,
            usual.externalAlertBytes());
    }

    /**
     * Flows that one script thread keeps verdicts of at most. They spread evenly over the threads, but not exactly; and a
     * verdict outlives its flow while events wait.
     *
     * @param flows of all workers.
     */
    int verdictCapacity(final long flows, final int threads) {
        final long waitingEvents = eventRingBytes / FlowEventDescriptor.LENGTH;
        return (int) Math.min(MAX_VERDICTS, flows * 5 / 4 / threads + waitingEvents);
    }
}
