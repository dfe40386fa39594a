/**
 * Alerts of other programs about flows that Millrace sees too: read from a file or a Unix socket by a thread of their
 * own, kept until a script asks for those of its flow. Beside the path of events; no packet and no hook waits for it.
 */
package io.millrace.script.external;
