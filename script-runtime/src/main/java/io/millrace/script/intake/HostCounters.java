package io.millrace.script.intake;

import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.lua.ScriptHost;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * What hosts count, one after the other, published as the counters of one script thread: a sum goes on where the host
 * before left off. Owned by the script thread.
 */
final class HostCounters {
    private static final ScriptCounter[] SUMS = {
        ScriptCounter.HOOKS_DUE, ScriptCounter.HOOKS_RUN, ScriptCounter.HOOKS_FAILED, ScriptCounter.HOOKS_TIMED_OUT,
        ScriptCounter.HOOKS_SKIPPED, ScriptCounter.HOOKS_OUT_OF_MEMORY, ScriptCounter.FUNCTIONS_BLOCKED,
        ScriptCounter.SCRIPTS_SWITCHED_OFF, ScriptCounter.ALERTS_RAISED, ScriptCounter.EMISSIONS_LOST,
        ScriptCounter.STORE_REFUSED, ScriptCounter.EXTERNAL_ALERTS_TAKEN,
    };

    private final AtomicCounter[] published = new AtomicCounter[SUMS.length];
    private final long[] before = new long[SUMS.length];
    private final AtomicCounter memory;

    HostCounters(final Telemetry telemetry, final String owner) {
        for (int i = 0; i < SUMS.length; i++) {
            published[i] = telemetry.counter(SUMS[i], owner);
        }
        memory = telemetry.counter(ScriptCounter.SCRIPT_MEMORY, owner);
    }

    /** Tells the world. */
    void publish(final ScriptHost host) {
        for (int i = 0; i < SUMS.length; i++) {
            published[i].setRelease(before[i] + counted(SUMS[i], host));
        }
        memory.setRelease(host.memoryUsedBytes());
    }

    /** The host runs no more: what it counted stays counted. */
    void retire(final ScriptHost host) {
        for (int i = 0; i < SUMS.length; i++) {
            before[i] += counted(SUMS[i], host);
        }
    }

    private static long counted(final ScriptCounter counter, final ScriptHost host) {
        return switch (counter) {
            case HOOKS_DUE -> host.hooksDue();
            case HOOKS_RUN -> host.hooksRun();
            case HOOKS_FAILED -> host.hooksFailed();
            case HOOKS_TIMED_OUT -> host.hooksTimedOut();
            case HOOKS_SKIPPED -> host.hooksSkipped();
            case HOOKS_OUT_OF_MEMORY -> host.hooksOutOfMemory();
            case FUNCTIONS_BLOCKED -> host.functionsBlocked();
            case SCRIPTS_SWITCHED_OFF -> host.scriptsSwitchedOff();
            case ALERTS_RAISED -> host.alertsRaised();
            case EMISSIONS_LOST -> host.emissionsLost();
            case STORE_REFUSED -> host.storeRefused();
            case EXTERNAL_ALERTS_TAKEN -> host.externalAlertsTaken();
            default -> throw new IllegalArgumentException("no sum of a host: " + counter);
        };
    }
}
