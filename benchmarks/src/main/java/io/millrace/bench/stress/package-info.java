/**
 * {@code benchmarks/run stress}: jcstress tests of the places where two threads meet. Each runs the classes of the
 * engine on both sides, billions of times, and names every outcome that may be seen; any other one fails. Each state is
 * used once, by the threads that jcstress calls actors.
 */
package io.millrace.bench.stress;
