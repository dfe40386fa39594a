package io.millrace.bench.report;

/** A run's own check of its result failed: its figures are worth nothing. The message says what did not add up. */
public final class CheckFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What did not add up. */
    public CheckFailedException(final String message) {
        super(message);
    }
}
