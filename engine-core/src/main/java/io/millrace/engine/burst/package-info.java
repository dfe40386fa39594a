/**
 * Second stop of a packet: the frames of one poll, by number. Owned by one worker; valid until the next poll.
 */
package io.millrace.engine.burst;
