package io.millrace.binding.link;

/**
 * The machine lacks something: a library, a permission, a device. The message is one line for an operator: what is
 * missing, where, and the command that mends it. The command line turns it into exit code 3.
 */
public final class EnvironmentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A problem with its remedy. */
    public EnvironmentException(final String message) {
        super(message);
    }
}
