/** {@code benchmarks/run isolation}: what scripts can do to the worker's speed, which ought to be nothing. */
package io.millrace.bench.isolation;
