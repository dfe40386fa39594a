/** {@code benchmarks/run hooks}: how many hook calls one script thread makes. */
package io.millrace.bench.hooks;
