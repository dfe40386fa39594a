/**
 * Benchmarks. {@code stages} measures each stop of a packet alone, {@code traffic} makes the packets.
 */
package io.millrace.bench;
