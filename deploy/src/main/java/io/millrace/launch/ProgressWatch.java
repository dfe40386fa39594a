package io.millrace.launch;

import io.millrace.engine.telemetry.Heartbeat;
import java.util.List;
import java.util.Optional;

/** Tells whether all threads of a run go round. Owned by the main thread. */
final class ProgressWatch {
    private final List<Heartbeat> heartbeats;
    private final long[] seen;

    /** A watch that has seen nothing yet. */
    ProgressWatch(final List<Heartbeat> heartbeats) {
        this.heartbeats = List.copyOf(heartbeats);
        seen = new long[heartbeats.size()];
    }

    /** Whether every thread went round since this last was so; then the next look begins here. */
    boolean allWentRound() {
        if (standstill().isPresent()) {
            return false;
        }
        for (int i = 0; i < seen.length; i++) {
            seen[i] = heartbeats.get(i).rounds();
        }
        return true;
    }

    /** A thread that did not go round since. */
    Optional<String> standstill() {
        for (int i = 0; i < seen.length; i++) {
            if (heartbeats.get(i).rounds() == seen[i]) {
                return Optional.of(heartbeats.get(i).owner());
            }
        }
        return Optional.empty();
    }
}
