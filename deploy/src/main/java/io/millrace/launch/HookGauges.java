package io.millrace.launch;

import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.lua.HookTimes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * Keeps among the counters how often the hooks of each script ran and how long they took. The owner of a counter is
 * {@code script hook}. Owned by the main thread.
 */
final class HookGauges {
    /** Hooks beyond these are left out; the counters of all hooks together have them. */
    static final int MAX_HOOKS = 200;

    private static final int MAX_NAME = 200;
    /** Counters that are left to others. */
    private static final int RESERVE = 512;

    private final Telemetry telemetry;
    private final Map<String, AtomicCounter[]> counters = new HashMap<>();

    HookGauges(final Telemetry telemetry) {
        this.telemetry = telemetry;
    }

    /** Takes all values anew. */
    void update(final List<HookTimes.Hook> hooks) {
        for (final HookTimes.Hook hook : hooks) {
            final AtomicCounter[] of = counters(owner(hook));
            if (of != null) {
                final List<Long> values = List.of(hook.due(), hook.run(), hook.failed(), hook.stopped(), hook.skipped(),
                    hook.timed(), hook.p50Ns(), hook.p99Ns(), hook.maxNs(), hook.totalNs());
                for (int i = 0; i < of.length; i++) {
                    of[i].setRelease(values.get(i));
                }
            }
        }
    }

    private AtomicCounter[] counters(final String owner) {
        if (!counters.containsKey(owner) && counters.size() < MAX_HOOKS && telemetry.room() > RESERVE) {
            counters.put(owner, RunGauge.HOOKS.stream().map(gauge -> telemetry.counter(gauge, owner))
                .toArray(AtomicCounter[]::new));
        }
        return counters.get(owner);
    }

    private static String owner(final HookTimes.Hook hook) {
        final String script = hook.script();
        return (script.length() > MAX_NAME ? script.substring(0, MAX_NAME) : script) + " " + hook.hook();
    }
}
