package io.millrace.launch.machine;

/**
 * Huge pages of one size on one NUMA node.
 *
 * @param node      NUMA node.
 * @param pageBytes length of one page.
 * @param total     pages reserved.
 * @param free      pages that nobody has.
 */
public record HugePagePool(int node, long pageBytes, long total, long free) {
    /** Bytes in free pages. */
    public long freeBytes() {
        return free * pageBytes;
    }
}
