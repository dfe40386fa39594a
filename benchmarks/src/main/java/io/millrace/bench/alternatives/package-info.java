/** What was tried for the fast path and lost, small and compiled; the figures are in docs/performance.md. Stateless. */
package io.millrace.bench.alternatives;
