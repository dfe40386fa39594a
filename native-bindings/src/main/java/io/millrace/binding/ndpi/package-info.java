/**
 * nDPI through FFM: detection module, state of a flow, names. Used by {@code engine.detect}; a module and its flows
 * belong to one worker thread.
 */
package io.millrace.binding.ndpi;
