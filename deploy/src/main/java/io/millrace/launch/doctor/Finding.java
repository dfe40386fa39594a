package io.millrace.launch.doctor;

/**
 * What one check found.
 *
 * @param severity how much it matters.
 * @param subject  what was looked at.
 * @param found    what is there.
 * @param why      what follows from it; empty where all is well.
 * @param remedy   the command that mends it; empty where all is well.
 */
public record Finding(Severity severity, String subject, String found, String why, String remedy) {
    /** How much a finding matters. */
    public enum Severity {
        /** As it should be. */
        GOOD,
        /** Could be better, costs nothing that is sure to be missed. */
        NOTE,
        /** Costs packets or time. */
        HURTS,
        /** Keeps a capture from running. */
        BROKEN
    }

    /** As it should be. */
    static Finding good(final String subject, final String found) {
        return new Finding(Severity.GOOD, subject, found, "", "");
    }

    /** Whether it is more than a remark. */
    public boolean hurts() {
        return severity == Severity.HURTS || severity == Severity.BROKEN;
    }
}
