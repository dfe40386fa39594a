/**
 * Last stop: one writer thread takes flow records, alerts and script text from the script threads' rings and hands them
 * to sinks. The only place of the runtime that writes files.
 */
package io.millrace.script.output;
