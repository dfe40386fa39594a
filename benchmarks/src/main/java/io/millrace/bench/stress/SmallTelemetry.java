package io.millrace.bench.stress;

import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.engine.telemetry.WorkerCounters;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.CountersReader;

/** Counters of one worker and no room for more, because a stress test makes millions of them. */
final class SmallTelemetry {
    private static final int COUNTERS = EngineCounter.values().length;

    private SmallTelemetry() {
    }

    static Telemetry telemetry() {
        return new Telemetry(
            new UnsafeBuffer(ByteBuffer.allocateDirect(COUNTERS * CountersReader.METADATA_LENGTH)),
            new UnsafeBuffer(ByteBuffer.allocateDirect(COUNTERS * CountersReader.COUNTER_LENGTH)));
    }

    static WorkerCounters counters(final Telemetry telemetry) {
        return new WorkerCounters(telemetry, "stress");
    }
}
