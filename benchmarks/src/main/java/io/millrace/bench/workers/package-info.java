/**
 * {@code benchmarks/run workers}: several workers against one, each with a port of its own and behind a distributor.
 */
package io.millrace.bench.workers;
