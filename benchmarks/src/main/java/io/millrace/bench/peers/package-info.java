/** {@code benchmarks/run peers}: the same captures through Millrace and the programs that do the like. Main thread. */
package io.millrace.bench.peers;
