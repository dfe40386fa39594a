package io.millrace.script;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What scripts are given from outside, and how much of it may wait for them.
 *
 * @param settingsFile       JSON file with what the user says of each script; read anew on every reload.
 * @param asnDatabase        MaxMind database of autonomous systems.
 * @param externalAlerts     Unix socket or file that alerts of other programs come from.
 * @param storeBytes         most memory of the store behind {@code ntop.setCache}, from 64 KiB.
 * @param externalAlertBytes most memory of external alerts that wait for their flows, from 64 KiB.
 * @param liveTimeNs         time of live flows now, nanoseconds since the Unix epoch, by which alerts grow old; any
 *                           thread calls it.
 */
public record ScriptInputs(
    Optional<Path> settingsFile,
    Optional<Path> asnDatabase,
    Optional<Path> externalAlerts,
    long storeBytes,
    long externalAlertBytes,
    LongSupplier liveTimeNs) {

    /** Least memory of a store. */
    public static final long MIN_BYTES = 1 << 16;

    private static final long NS_PER_MS = 1_000_000;

    /** Checks the sizes; throws {@link IllegalArgumentException} with name, value and limit. */
    public ScriptInputs {
        if (storeBytes < MIN_BYTES || externalAlertBytes < MIN_BYTES) {
            throw new IllegalArgumentException("stores of scripts must have at least " + MIN_BYTES + " bytes: store="
                + storeBytes + " externalAlerts=" + externalAlertBytes);
        }
    }

    /** No files; 64 MiB of store, 16 MiB of waiting alerts, wall time. */
    public static ScriptInputs defaults() {
        return new ScriptInputs(Optional.empty(), Optional.empty(), Optional.empty(), 64L << 20, 16L << 20,
            () -> System.currentTimeMillis() * NS_PER_MS);
    }

    /** The same with another clock of live flows. */
    public ScriptInputs withLiveTime(final LongSupplier clockNs) {
        return new ScriptInputs(
            settingsFile, asnDatabase, externalAlerts, storeBytes, externalAlertBytes, clockNs);
    }
}
