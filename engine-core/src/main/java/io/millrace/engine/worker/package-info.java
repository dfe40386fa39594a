/**
 * Beside the path: the duty cycle that leads packets through all stops, one pinned thread each. Sees every stage; no
 * stage sees it.
 */
package io.millrace.engine.worker;
