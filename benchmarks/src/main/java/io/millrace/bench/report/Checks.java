package io.millrace.bench.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Statements about a result that must hold; all are tried before the first failure is reported. Owned by one thread.
 */
public final class Checks {
    private final List<String> failures = new ArrayList<>();
    private int made;

    /** No statement yet. */
    public Checks() {
    }

    /** Two counts must be the same. */
    public void equal(final String what, final long expected, final long found) {
        made++;
        if (expected != found) {
            failures.add(what + ": expected " + expected + ", found " + found);
        }
    }

    /** A statement must hold. */
    public void that(final String what, final boolean holds) {
        made++;
        if (!holds) {
            failures.add(what);
        }
    }

    /** Statements tried. */
    public int made() {
        return made;
    }

    /** Fails the run where a statement did not hold. */
    public void prove() {
        if (!failures.isEmpty()) {
            throw new CheckFailedException("the result does not add up: " + String.join("; ", failures));
        }
    }
}
