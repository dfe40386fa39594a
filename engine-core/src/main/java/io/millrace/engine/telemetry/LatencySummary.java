package io.millrace.engine.telemetry;

/**
 * A histogram in a few numbers, all in nanoseconds but the count.
 *
 * @param count    durations recorded.
 * @param p50Ns    median.
 * @param p99Ns    99th percentile.
 * @param p999Ns   99.9th percentile.
 * @param p9999Ns  99.99th percentile.
 * @param maxNs    longest.
 */
public record LatencySummary(long count, long p50Ns, long p99Ns, long p999Ns, long p9999Ns, long maxNs) {
}
