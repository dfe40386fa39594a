/**
 * {@code benchmarks/run line-rate}: one worker over a port that hands out frames from memory, beside the same port
 * without work and a twin in C. Each contender is a process of its own; windows of measuring alternate between them.
 */
package io.millrace.bench.linerate;
