/**
 * The script side of Millrace: builds, starts and stops the script threads. Used by the launcher.
 */
package io.millrace.script;
