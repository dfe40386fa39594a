/**
 * First stop on the script side: takes flow events from the workers' rings in batches, has their hooks run, and hands
 * on what came of it. Each agent is owned by one script thread.
 */
package io.millrace.script.intake;
