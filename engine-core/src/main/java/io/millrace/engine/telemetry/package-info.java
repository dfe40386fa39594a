/**
 * Beside the path: counters that add up and histograms of waiting, in memory that other threads and processes may read.
 * Each counter has one writing thread.
 */
package io.millrace.engine.telemetry;
