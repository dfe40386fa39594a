/**
 * What is wrong with a machine for packets at line rate, why it matters, and the command that mends it. Reads the
 * kernel's files and asks a few tools; changes nothing.
 */
package io.millrace.launch.doctor;
