package io.millrace.binding.link;

import java.util.Optional;

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

    /** The problem that kept a class from coming to be whose static fields hold native functions. */
    public static Optional<EnvironmentException> behind(final ExceptionInInitializerError failure) {
        return failure.getCause() instanceof EnvironmentException problem ? Optional.of(problem) : Optional.empty();
    }
}
