/** {@code benchmarks/run latency}: how long after its packet was received a hook is called. */
package io.millrace.bench.latency;
