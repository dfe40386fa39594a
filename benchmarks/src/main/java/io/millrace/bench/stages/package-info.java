/**
 * One micro-benchmark per stop of a packet, named after the stop; each checks what it computed.
 */
package io.millrace.bench.stages;
