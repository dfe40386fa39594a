/**
 * Holds the flows that come out of a replay against those of Debian's {@code ndpiReader} on the same files.
 */
package io.millrace.launch.conformance;
