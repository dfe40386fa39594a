package io.millrace.launch.machine;

import java.util.List;

/**
 * A NUMA node.
 *
 * @param number     as the kernel counts.
 * @param totalBytes its memory.
 * @param freeBytes  what nobody has of it.
 * @param hugePages  one pool for each size of huge pages.
 */
public record NumaNode(int number, long totalBytes, long freeBytes, List<HugePagePool> hugePages) {
}
