package io.millrace.script.geo;

/** A geolocation source that is missing or broken. The message is one line: what, where, how to mend it. */
public final class GeoException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    GeoException(final String message) {
        super(message);
    }

    GeoException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
