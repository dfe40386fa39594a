package io.millrace.binding.dpdk;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.link.NativeLinker;
import io.millrace.binding.link.NativeShim;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * DPDK's environment abstraction layer: started once per process, by one thread, before any port or pool.
 * Source: {@code rte_eal.h}.
 */
public final class Eal {
    private static final String NETWORK_DRIVER = "net_";

    private static boolean started;

    private Eal() {
    }

    /** Version of the loaded DPDK, for example {@code DPDK 22.11.11}. */
    public static String version() {
        return text("rte_version");
    }

    /**
     * Where a driver of the installed DPDK lies, for EAL's {@code -d}. Naming the few drivers that are needed spares
     * the start-up the loading of all others.
     *
     * @param driver name without {@code librte_} and {@code .so}, for example {@code net_pcap}.
     */
    public static Path driver(final String driver) {
        final Path folder = Path.of(text("millrace_dpdk_driver_directory"));
        final Path file = folder.resolve("librte_" + driver + ".so");
        if (Files.exists(file)) {
            return file;
        }
        // Names without a version come with the headers alone; that of the folder says which one there is.
        final String name = folder.getFileName().toString();
        final Path versioned = folder.resolve(file.getFileName() + "." + name.substring(name.indexOf('-') + 1));
        return Files.exists(versioned) ? versioned : file;
    }

    /**
     * Starts the EAL. The affinity of the calling thread is left as it was. A second call does nothing.
     *
     * @param arguments   EAL's own, without the program's name.
     * @param logToStderr whether DPDK's log goes to standard error; otherwise only its end is kept, for errors.
     * @throws EnvironmentException where the loaded DPDK is not the one that the shim was built for, or refuses to
     *                              start.
     */
    public static synchronized void start(final List<String> arguments, final boolean logToStderr) {
        if (started) {
            return;
        }
        requireVersion();
        final List<String> all = new ArrayList<>();
        all.add("millrace");
        all.addAll(RuntimeFolder.arguments(arguments));
        all.addAll(arguments);
        // EAL keeps pointers into its arguments for the life of the process.
        final Arena arena = Arena.global();
        final MemorySegment argv = arena.allocate(ADDRESS, all.size() + 1L);
        for (int i = 0; i < all.size(); i++) {
            argv.setAtIndex(ADDRESS, i, arena.allocateFrom(all.get(i)));
        }
        final int result = NativeShim.shim()
            .function("millrace_eal_init", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT))
            .callInt(all.size(), argv, logToStderr ? 1 : 0);
        final String folder = text("rte_eal_get_runtime_dir");
        if (!folder.isEmpty()) {
            RuntimeFolder.remove(Path.of(folder));
        }
        if (result < 0) {
            throw new EnvironmentException("DPDK did not start: " + reason(result) + ": correct --eal or the memory "
                + "settings (EAL arguments: " + String.join(" ", arguments) + ")");
        }
        started = true;
    }

    /**
     * Makes the calling thread known to DPDK, so that it gets mempool caches of its own.
     *
     * @throws EnvironmentException where DPDK has no place for one more thread.
     */
    public static void registerThread() {
        clearLog();
        final int result = NativeShim.shim()
            .function("millrace_thread_register", FunctionDescriptor.of(JAVA_INT)).callInt();
        if (result != 0) {
            throw new EnvironmentException("DPDK refuses one more thread: " + reason(result) + ": lower --workers");
        }
    }

    /** Undoes {@link #registerThread()} for the calling thread. */
    public static void unregisterThread() {
        NativeShim.shim().function("rte_thread_unregister", FunctionDescriptor.ofVoid()).call();
    }

    /** Forgets what DPDK logged, before a call whose failure it may explain. */
    static void clearLog() {
        NativeShim.shim().function("millrace_dpdk_log_clear", FunctionDescriptor.ofVoid()).call();
    }

    /** DPDK's words for a negative errno, with the errors and warnings that it logged since the log was cleared. */
    static String reason(final int result) {
        final String log = String.join("; ", text("millrace_dpdk_log_tail").strip().split("\\s*\n\\s*"));
        final String error = NativeShim.shim()
            .function("rte_strerror", FunctionDescriptor.of(ADDRESS, JAVA_INT)).callText(Math.abs(result));
        return log.isEmpty() ? error : error + " (" + log + ")";
    }

    /**
     * Checks that the loaded DPDK is of the release that the shim was compiled against.
     *
     * @throws EnvironmentException where it is another.
     */
    public static void requireVersion() {
        requireVersion(text("millrace_dpdk_compiled_version"), version());
    }

    /** Names of the network drivers of the installed DPDK, for example {@code net_pcap}, sorted. */
    public static List<String> networkDrivers() {
        try (Stream<Path> files = Files.list(driver(NETWORK_DRIVER).getParent())) {
            return files.map(file -> file.getFileName().toString())
                .filter(name -> name.startsWith("librte_" + NETWORK_DRIVER) && name.endsWith(".so"))
                .map(name -> name.substring("librte_".length(), name.length() - ".so".length())).sorted().toList();
        } catch (final IOException e) {
            return List.of();
        }
    }

    /** Refuses a loaded DPDK of another release than the one that the shim was compiled against. */
    static void requireVersion(final String compiled, final String loaded) {
        if (!loaded.startsWith("DPDK " + compiled + ".")) {
            throw new EnvironmentException("native library was built for DPDK " + compiled + ", but " + loaded
                + " is installed: " + NativeLinker.rebuild());
        }
    }

    private static String text(final String function) {
        return NativeShim.shim().function(function, FunctionDescriptor.of(ADDRESS)).callText();
    }
}
