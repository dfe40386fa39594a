package io.millrace.launch;

import io.millrace.script.lua.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Gathers what goes wrong in running scripts, each distinct problem once. Filled by all script threads. */
final class ScriptErrors implements Consumer<Finding> {
    private static final int LIMIT = 50;

    private final Set<String> problems = new TreeSet<>();
    private boolean more;

    @Override
    public synchronized void accept(final Finding problem) {
        final String line = problem.toString();
        if (problems.size() < LIMIT) {
            problems.add(line);
        } else {
            more |= !problems.contains(line);
        }
    }

    /** One line for each problem, in an order that does not depend on threads. */
    synchronized List<String> lines() {
        final List<String> lines = new ArrayList<>(problems);
        if (more) {
            lines.add("scripts: there were further errors than these " + LIMIT + ": mend them first");
        }
        return lines;
    }
}
