/**
 * Where a run begins and ends: the command line, the assembly of engine, scripts and output, the closing summary.
 * Owned by the main thread; no packet passes here.
 */
package io.millrace.launch;
