/**
 * Seventh and last stop of a packet on the engine's side: turns a flow's record into an event on an Agrona ring,
 * towards the script runtime. Written by the worker that owns the flow, read by the script thread that owns the ring's
 * other end.
 */
package io.millrace.engine.event;
