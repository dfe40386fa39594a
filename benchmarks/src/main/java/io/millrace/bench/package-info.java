/**
 * The measuring bench: {@code benchmarks/run} starts {@link io.millrace.bench.Bench}, each run checks its own result,
 * prints one table and writes one JSON file. Owned by its main thread.
 */
package io.millrace.bench;
