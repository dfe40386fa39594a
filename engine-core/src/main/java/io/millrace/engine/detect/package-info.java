/**
 * Sixth stop of a packet: shows packets of undecided flows to nDPI until the application is named.
 * Owned by one worker thread; nothing else in the engine knows an nDPI type.
 */
package io.millrace.engine.detect;
