/** Processes under measurement: how they are started, asked and timed. Owned by the main thread of a benchmark. */
package io.millrace.bench.process;
