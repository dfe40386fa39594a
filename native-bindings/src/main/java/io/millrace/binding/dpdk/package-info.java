/**
 * DPDK through FFM: environment, memory pools, ports, bursts. Feeds {@code engine.port}, the first stop of a packet;
 * set-up belongs to the main thread, a burst to the worker that polls it.
 */
package io.millrace.binding.dpdk;
