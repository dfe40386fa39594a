/**
 * Traffic for benchmarks: generated from a seed, so that every run sees the same packets. Owned by the benchmark's
 * thread.
 */
package io.millrace.bench.traffic;
