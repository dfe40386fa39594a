package io.millrace.script.external;

import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.lua.ScriptStores;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * Takes lines of external alerts, offers what they say to the scripts and counts what became of each. Owned by one
 * thread at a time.
 */
final class AlertLines {
    /** Longest line; the rest of a longer one is passed over and the line counted as malformed. */
    static final int MAX_LINE = 16384;

    private static final double NS_PER_S = 1e9;

    private final ScriptStores stores;
    private final double timeToLiveS;
    private final LongSupplier clockNs;
    private final Map<ExternalAlertCounter, AtomicCounter> counters = new EnumMap<>(ExternalAlertCounter.class);
    private volatile String firstProblem;

    /**
     * Lines to come.
     *
     * @param timeToLiveS how long an alert waits for its flow; 0 for ever.
     * @param clockNs     time of the flows, from which an alert's life counts.
     */
    AlertLines(
        final ScriptStores stores, final double timeToLiveS, final LongSupplier clockNs, final Telemetry telemetry) {

        this.stores = stores;
        this.timeToLiveS = timeToLiveS;
        this.clockNs = clockNs;
        for (final ExternalAlertCounter counter : ExternalAlertCounter.values()) {
            counters.put(counter, telemetry.counter(counter, "external-alerts"));
        }
    }

    /** The end of a line that is not there yet, of one stream. */
    static final class Pending {
        private final byte[] line = new byte[MAX_LINE];
        private int length;
        private boolean tooLong;
    }

    /** Takes bytes of a stream, whole lines and the beginning of another. */
    void accept(final ByteBuffer bytes, final Pending pending) {
        while (bytes.hasRemaining()) {
            final byte each = bytes.get();
            if (each == '\n') {
                end(pending);
            } else if (pending.length == MAX_LINE) {
                pending.tooLong = true;
            } else {
                pending.line[pending.length++] = each;
            }
        }
    }

    /** The stream has ended; what stands in its last line counts, newline or not. */
    void end(final Pending pending) {
        if (pending.tooLong) {
            count(ExternalAlertCounter.LINES, 1);
            malformed("longer than " + MAX_LINE + " bytes");
        } else if (!new String(pending.line, 0, pending.length, java.nio.charset.StandardCharsets.ISO_8859_1)
            .isBlank()) {
            count(ExternalAlertCounter.LINES, 1);
            offer(pending);
        }
        pending.length = 0;
        pending.tooLong = false;
    }

    /** After the last script has ended: what scripts have not taken was in vain. */
    void conclude(final long taken) {
        counters.get(ExternalAlertCounter.UNMATCHED)
            .setRelease(counters.get(ExternalAlertCounter.OFFERED).get() - taken);
    }

    /** Somebody was not let in. */
    void onWriterRefused() {
        count(ExternalAlertCounter.WRITERS_REFUSED, 1);
    }

    /** What was wrong with the first malformed line; null where there was none. */
    String firstProblem() {
        return firstProblem;
    }

    private void offer(final Pending pending) {
        try {
            final Optional<ExternalAlert> alert = ExternalAlert.parse(pending.line, pending.length);
            if (alert.isEmpty()) {
                count(ExternalAlertCounter.OTHER, 1);
                return;
            }
            final long refused = stores.externalAlertsRefused();
            if (stores.offerExternalAlert(alert.get().key(), alert.get().text(),
                clockNs.getAsLong() / NS_PER_S, timeToLiveS)) {
                count(ExternalAlertCounter.OFFERED, 1);
            } else {
                count(stores.externalAlertsRefused() > refused
                    ? ExternalAlertCounter.REFUSED : ExternalAlertCounter.SUPERSEDED, 1);
            }
        } catch (final ExternalAlert.MalformedException e) {
            malformed(e.getMessage());
        }
    }

    private void malformed(final String reason) {
        count(ExternalAlertCounter.MALFORMED, 1);
        if (firstProblem == null) {
            firstProblem = "line " + counters.get(ExternalAlertCounter.LINES).get() + ": " + reason;
        }
    }

    private void count(final ExternalAlertCounter counter, final long amount) {
        counters.get(counter).getAndAddPlain(amount);
    }
}
