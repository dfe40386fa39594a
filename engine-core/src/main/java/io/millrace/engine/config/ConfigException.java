package io.millrace.engine.config;

/**
 * A setting or an input file is not usable. The message is one line: what, where, and what to do instead. The command
 * line turns it into exit code 2.
 */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A problem with its remedy. */
    public ConfigException(final String message) {
        super(message);
    }
}
