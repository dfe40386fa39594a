package io.millrace.script.lua;

import io.millrace.binding.luajit.LuaStore;
import java.security.SecureRandom;

/**
 * What the machines of all script threads share, and what stays when scripts are loaded anew: the store behind
 * {@code ntop.setCache}, and the external alerts that wait for their flows. Any thread; closed after the last machine.
 */
public final class ScriptStores implements AutoCloseable {
    private final LuaStore cache;
    private final LuaStore externalAlerts;

    /**
     * Empty stores.
     *
     * @param cacheBytes         most memory of the store behind {@code ntop.setCache}, from 64 KiB.
     * @param externalAlertBytes most memory of waiting alerts, from 64 KiB.
     */
    public ScriptStores(final long cacheBytes, final long externalAlertBytes) {
        // Keys come from packets. The seed decides on no result, only on the time that finding one takes.
        final SecureRandom random = new SecureRandom();
        cache = new LuaStore(cacheBytes, random.nextLong());
        externalAlerts = new LuaStore(externalAlertBytes, random.nextLong());
    }

    /** Least sizes, for machines that run alone. */
    public static ScriptStores small() {
        return new ScriptStores(1 << 20, LuaStore.MIN_CAPACITY_BYTES);
    }

    /**
     * Has an external alert wait for its flow.
     *
     * @param key         of the flow.
     * @param alert       JSON text.
     * @param nowS        packet time in seconds.
     * @param timeToLiveS packet time that it waits; 0 for ever.
     * @return false where one waits already, or there is no room.
     */
    public boolean offerExternalAlert(
        final byte[] key, final byte[] alert, final double nowS, final double timeToLiveS) {

        return externalAlerts.add(key, alert, nowS, timeToLiveS);
    }

    /** External alerts that found no room. */
    public long externalAlertsRefused() {
        return externalAlerts.refused();
    }

    /** Memory that the store behind {@code ntop.setCache} takes now. */
    public long cacheBytes() {
        return cache.usedBytes();
    }

    @Override
    public void close() {
        cache.close();
        externalAlerts.close();
    }

    LuaStore cache() {
        return cache;
    }

    LuaStore externalAlerts() {
        return externalAlerts;
    }
}
