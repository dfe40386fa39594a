/** {@code benchmarks/run bad-input}: traffic that is meant to hurt; the counters must add up. Main thread. */
package io.millrace.bench.input;
