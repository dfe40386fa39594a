package io.millrace.bench.process;

import io.millrace.binding.linux.ThreadAffinity;
import java.util.BitSet;
import picocli.CommandLine.Option;

/** The core of a benchmark's one worker. Mixed into a command. */
public final class WorkerCore {
    @Option(names = "--core", paramLabel = "N", description = "Core of the worker (default: the last).")
    private Integer core;

    /** The one that was asked for, else {@link #last()}. */
    public int chosen() {
        return core == null ? last() : core;
    }

    /**
     * The last core that the process may use, since kernels prefer the first for their own work; 0 where there is no
     * other for all other threads.
     */
    public static int last() {
        final BitSet allowed = ThreadAffinity.current();
        return allowed.cardinality() > 1 ? allowed.length() - 1 : 0;
    }
}
