/**
 * What every run leaves behind: one table for people, one JSON file with the facts of machine and build, and checks
 * that fail the run. Owned by the thread that runs the benchmark.
 */
package io.millrace.bench.report;
