package io.millrace.script.lua;

/**
 * What of the run the scripts' library must know.
 *
 * @param profile        collects how long hooks take; null where nobody asked.
 * @param fullStatistics whether the engine keeps times between packets, lengths and TCP sequence numbers of each flow.
 */
public record RunTraits(ScriptProfile profile, boolean fullStatistics) {
    /** No profile, full statistics. */
    public static final RunTraits USUAL = new RunTraits(null, true);
}
