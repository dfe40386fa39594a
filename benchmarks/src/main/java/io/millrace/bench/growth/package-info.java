/** {@code benchmarks/run growth}: how the cost of a packet grows with flows, packet size and scripts. Main thread. */
package io.millrace.bench.growth;
