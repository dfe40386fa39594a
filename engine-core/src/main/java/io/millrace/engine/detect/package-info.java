/**
 * Stop of a packet after the flow table: shows packets of undecided flows to nDPI until the application is named.
 * Owned by one worker thread; nothing else in the engine knows an nDPI type.
 */
package io.millrace.engine.detect;
