/**
 * Fifth stop of a packet: the flows of one worker in off-heap memory, their counters and their ageing.
 * Owned by one worker thread; nobody else touches a record.
 */
package io.millrace.engine.flow.table;
