package io.millrace.launch.plan;

import java.util.List;

/**
 * Threads and their cores.
 *
 * @param workers       threads that work on packets.
 * @param workerCores   their cores and, behind them, the distributor's; empty leaves placing to the kernel.
 * @param scriptThreads threads that run scripts.
 * @param scriptCores   their cores; empty leaves placing to the kernel.
 * @param distributed   whether a distributor feeds the workers, as far as is known before the ports are open.
 */
public record ThreadPlan(
    int workers, List<Integer> workerCores, int scriptThreads, List<Integer> scriptCores, boolean distributed) {
}
