package io.millrace.launch;

import io.millrace.engine.telemetry.CounterDescriptor;
import io.millrace.engine.telemetry.DistributorCounter;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.PortCounter;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.intake.ScriptCounter;
import io.millrace.script.output.OutputCounter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Tells when something begins to be lost and when that is over, one line each, however much is lost in between. Owned
 * by the main thread, which looks about once a second.
 */
final class DropWatch {
    /** What counts as lost. */
    static final List<CounterDescriptor> REASONS = List.of(
        PortCounter.INTERFACE_DROPPED, PortCounter.FRAMES_CUT,
        EngineCounter.RX_MISSED, EngineCounter.RX_NO_MBUF, EngineCounter.RX_ERRORS, DistributorCounter.FRAMES_DROPPED,
        EngineCounter.FLOWS_EVICTED, EngineCounter.EVENTS_SKIPPED, EngineCounter.RECORDS_LOST,
        ScriptCounter.RECORDS_REFUSED, ScriptCounter.ALERTS_REFUSED, ScriptCounter.TEXTS_REFUSED,
        OutputCounter.RECORDS_DROPPED, OutputCounter.ALERTS_DROPPED);

    /** Looks without a new loss after which it counts as over. */
    static final int QUIET_LOOKS = 10;

    private final Telemetry telemetry;
    private final Map<CounterDescriptor, Loss> losses = new LinkedHashMap<>();

    private static final class Loss {
        private long seen;
        private long before;
        private int quietLooks;
        private boolean open;
    }

    /** A watch over all that was not lost so far. */
    DropWatch(final Telemetry telemetry) {
        this.telemetry = telemetry;
        REASONS.forEach(reason -> losses.put(reason, new Loss()));
    }

    /** Looks at the counters. */
    void look(final Consumer<String> log) {
        losses.forEach((reason, loss) -> {
            final long now = telemetry.total(reason);
            if (now > loss.seen) {
                if (!loss.open) {
                    loss.open = true;
                    loss.before = loss.seen;
                    log.accept("drops begin: " + reason.label() + ": " + (now - loss.seen));
                }
                loss.seen = now;
                loss.quietLooks = 0;
            } else if (loss.open && ++loss.quietLooks == QUIET_LOOKS) {
                close(reason, loss, log);
            }
        });
    }

    /** Tells of what has not ended yet. */
    void end(final Consumer<String> log) {
        losses.forEach((reason, loss) -> {
            if (loss.open) {
                close(reason, loss, log);
            }
        });
    }

    private static void close(final CounterDescriptor reason, final Loss loss, final Consumer<String> log) {
        loss.open = false;
        log.accept("drops end: " + reason.label() + ": " + (loss.seen - loss.before));
    }
}
