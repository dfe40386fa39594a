package io.millrace.launch;

/** What the process tells the shell. A run ended by a signal exits with 128 plus the signal's number. */
final class ExitCode {
    /** All done. */
    static final int DONE = 0;
    /** The run found errors: a script does not load under {@code check}, output could not be written. */
    static final int ERRORS_FOUND = 1;
    /** Bad usage, bad setting, unusable input file. Nothing was run. */
    static final int USAGE = 2;
    /** The machine lacks something, or Millrace itself failed; {@code MILLRACE_DEBUG=1} shows where. */
    static final int ENVIRONMENT = 3;

    private ExitCode() {
    }
}
