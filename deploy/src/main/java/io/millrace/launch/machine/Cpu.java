package io.millrace.launch.machine;

import java.util.SortedSet;

/**
 * A processor as the kernel counts them: one hardware thread.
 *
 * @param number   of the processor.
 * @param siblings processors that share its physical core, itself included.
 * @param node     NUMA node.
 * @param isolated whether the scheduler leaves it alone, {@code isolcpus} of the kernel's command line.
 * @param usable   whether this process may run on it.
 */
public record Cpu(int number, SortedSet<Integer> siblings, int node, boolean isolated, boolean usable) {
}
