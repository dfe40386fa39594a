/**
 * Damaged frames through a whole worker: it must neither read past a frame nor lose count. Owned by the main thread.
 */
package io.millrace.bench.mutations;
