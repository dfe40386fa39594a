package io.millrace.launch.plan;

/**
 * Where a value comes from.
 *
 * @param kind   of source.
 * @param detail for {@link Kind#DERIVED} the reason, for {@link Kind#FILE} the file, for {@link Kind#ENVIRONMENT} the
 *               variable; otherwise empty.
 */
public record Origin(Kind kind, String detail) {
    /** Built in, whatever the machine. */
    public static final Origin DEFAULT = new Origin(Kind.DEFAULT, "");
    /** Written on the command line. */
    public static final Origin FLAG = new Origin(Kind.FLAG, "");

    /** Kind of source. */
    public enum Kind {
        /** Built in, whatever the machine. */
        DEFAULT,
        /** Worked out from the machine or from other values. */
        DERIVED,
        /** Written on the command line. */
        FLAG,
        /** Written in an argument file. */
        FILE,
        /** An environment variable. */
        ENVIRONMENT
    }

    /** Worked out, for this reason. */
    public static Origin derived(final String reason) {
        return new Origin(Kind.DERIVED, reason);
    }

    /** Whether somebody asked for the value. */
    public boolean isGiven() {
        return kind == Kind.FLAG || kind == Kind.FILE || kind == Kind.ENVIRONMENT;
    }

    /** For people. */
    public String text() {
        return switch (kind) {
            case DEFAULT -> "default";
            case DERIVED -> "derived: " + detail;
            case FLAG -> "flag";
            case FILE -> "@" + detail;
            case ENVIRONMENT -> "environment " + detail;
        };
    }
}
