/**
 * The engine: everything between a port and the rings to the script threads. Its packages are the stops of a packet in
 * this order: {@code port}, {@code burst}, {@code parse}, {@code flow.key}, {@code flow.table}, {@code detect},
 * {@code event}; {@code worker}, {@code telemetry}, {@code config}, {@code memory} and {@code service} stand beside the
 * path.
 */
package io.millrace.engine;
