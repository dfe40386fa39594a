package io.millrace.script.lua;

/**
 * When a script is switched off for the rest of the run. Immutable.
 *
 * @param maxFailures calls in a row that may end in an error before the script is switched off; 0 any number.
 * @param maxOverruns calls that may run past their deadline before the script is switched off; 0 any number.
 */
public record Supervision(int maxFailures, int maxOverruns) {
    /** Off after a thousand failures in a row or one overrun. */
    public static final Supervision DEFAULT = new Supervision(1000, 1);

    /** Checks the numbers; throws {@link IllegalArgumentException} with name and value. */
    public Supervision {
        if (maxFailures < 0 || maxOverruns < 0) {
            throw new IllegalArgumentException("--script-max-failures and --script-max-overruns must be 0 or more: "
                + maxFailures + ", " + maxOverruns);
        }
    }
}
