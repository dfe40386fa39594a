/**
 * Third stop of a packet: locates the headers of each frame of a burst. Reads {@code burst}, feeds {@code flow.key}.
 * Owned by one worker; allocates nothing after construction.
 */
package io.millrace.engine.parse;
