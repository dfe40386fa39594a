package io.millrace.script.lua;

/**
 * When a script is switched off for the rest of the run, and how closely it is watched. Immutable.
 *
 * @param maxFailures calls in a row that may end in an error before the script is switched off; 0 any number.
 * @param maxOverruns calls that may run past their deadline before the script is switched off; 0 any number.
 * @param profiled    whether the time of each hook call is taken and the JIT compiler is asked why it gave up.
 */
public record Supervision(int maxFailures, int maxOverruns, boolean profiled) {
    /** Off after a thousand failures in a row or one overrun; no profile. */
    public static final Supervision DEFAULT = new Supervision(1000, 1, false);

    /** Checks the numbers; throws {@link IllegalArgumentException} with name and value. */
    public Supervision {
        if (maxFailures < 0 || maxOverruns < 0) {
            throw new IllegalArgumentException("--script-max-failures and --script-max-overruns must be 0 or more: "
                + maxFailures + ", " + maxOverruns);
        }
    }
}
