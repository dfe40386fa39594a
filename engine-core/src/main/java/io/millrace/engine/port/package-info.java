/**
 * First stop of a packet: capture files and live ports as sources of frames. Opened by the thread that builds the
 * engine or by the worker that reads them, polled by one worker.
 */
package io.millrace.engine.port;
