package io.millrace.launch;

import io.millrace.engine.config.ConfigException;
import io.millrace.script.ScriptConfig;
import io.millrace.script.ScriptInputs;
import io.millrace.script.lua.Supervision;
import picocli.CommandLine.Option;

/** Flags about what scripts may take before they are stopped; part of {@link ScriptOptions}. */
final class ScriptLimitOptions {
    @Option(names = "--script-memory", paramLabel = "SIZE", defaultValue = "64M", converter = SizeConverter.class,
        description = "Memory that the scripts of one thread may take (default: ${DEFAULT-VALUE}).")
    private long memoryBytes;

    @Option(names = "--script-store", paramLabel = "SIZE", defaultValue = "64M", converter = SizeConverter.class,
        description = "Memory of the store that scripts of all threads share, ntop.setCache"
            + " (default: ${DEFAULT-VALUE}).")
    private long storeBytes;

    @Option(names = "--script-deadline", paramLabel = "TIME", defaultValue = "100ms",
        converter = DurationConverter.class,
        description = "Processor time that one hook may take; a script that takes more is switched off"
            + " (default: ${DEFAULT-VALUE}).")
    private long deadlineNs;

    @Option(names = "--script-max-failures", paramLabel = "N", defaultValue = "1000", converter = CountConverter.class,
        description = "Hook calls of a script that may fail in a row before it is switched off; 0 any number"
            + " (default: ${DEFAULT-VALUE}).")
    private int maxFailures;

    @Option(names = "--script-max-overruns", paramLabel = "N", defaultValue = "1", converter = CountConverter.class,
        description = "Hook calls of a script that may run past their deadline before it is switched off; 0 any number"
            + " (default: ${DEFAULT-VALUE}).")
    private int maxOverruns;

    /** Memory that the scripts of one thread may take. */
    long memoryBytes() {
        return memoryBytes;
    }

    /** Memory of the store that all scripts share. */
    long storeBytes() {
        return storeBytes;
    }

    /** Processor time that one hook may take, in nanoseconds. */
    long deadlineNs() {
        return deadlineNs;
    }

    /** When a script is switched off. */
    Supervision supervision() {
        return new Supervision(maxFailures, maxOverruns);
    }

    /** Throws {@link ConfigException} with the flag that leaves too little. */
    void check() {
        requireAtLeast("--script-memory", memoryBytes, ScriptConfig.MIN_MEMORY_BYTES, "4M", "bytes");
        requireAtLeast("--script-store", storeBytes, ScriptInputs.MIN_BYTES, "64K", "bytes");
        requireAtLeast("--script-deadline", deadlineNs, ScriptConfig.MIN_DEADLINE_NS, "1ms", "ns");
    }

    private static void requireAtLeast(
        final String flag, final long value, final long least, final String leastText, final String unit) {

        if (value < least) {
            throw new ConfigException(flag + " must be at least " + leastText + ": " + value + " " + unit);
        }
    }
}
