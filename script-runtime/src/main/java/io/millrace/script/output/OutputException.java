package io.millrace.script.output;

/** An output that cannot be opened. The message is one line: what, where, how to mend it. */
public final class OutputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutputException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
