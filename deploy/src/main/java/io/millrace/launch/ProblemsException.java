package io.millrace.launch;

import java.util.List;

/** Several things that are wrong before anything runs, one line each. */
final class ProblemsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> lines;

    ProblemsException(final List<String> lines) {
        super(String.join("; ", lines));
        this.lines = List.copyOf(lines);
    }

    /** One line for each problem. */
    List<String> lines() {
        return lines;
    }
}
