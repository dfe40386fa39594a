package io.millrace.engine.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class TelemetryTest {
    private final Telemetry telemetry = new Telemetry();

    @Test
    void shouldSumACounterOverItsOwners() {
        final WorkerCounters first = new WorkerCounters(telemetry, "worker-0");
        final WorkerCounters second = new WorkerCounters(telemetry, "worker-1");
        first.add(EngineCounter.RECEIVED, 5);
        second.increment(EngineCounter.RECEIVED);
        first.set(EngineCounter.FLOWS_LIVE, 3);
        assertThat(telemetry.total(EngineCounter.RECEIVED)).as("before it is shown").isZero();

        first.publish();
        second.publish();
        assertThat(telemetry.total(EngineCounter.RECEIVED)).isEqualTo(6);
        assertThat(telemetry.total(EngineCounter.FLOWS_LIVE)).isEqualTo(3);
        assertThat(telemetry.total(EngineCounter.PARSED)).isZero();
        assertThat(first.value(EngineCounter.RECEIVED)).isEqualTo(5);

        first.set(EngineCounter.FLOWS_LIVE, 0);
        first.publish();
        assertThat(telemetry.total(EngineCounter.FLOWS_LIVE)).isZero();
    }

    @Test
    void shouldGiveEveryCounterANumberAndWordsOfItsOwn() {
        assertThat(Arrays.stream(EngineCounter.values()).map(EngineCounter::typeId))
            .doesNotHaveDuplicates().allMatch(id -> id >= 100 && id < 200);
        assertThat(Arrays.stream(EngineCounter.values()).map(EngineCounter::label)).doesNotHaveDuplicates();
        assertThat(EngineCounter.FLOWS_CREATED.key()).isEqualTo("flows_created");
    }

    @Test
    void shouldSummarizeDurationsOverTheirOwners() {
        final LatencyHistogram first = telemetry.histogram(LatencyKind.POLL_GAP, "worker-0");
        final LatencyHistogram second = telemetry.histogram(LatencyKind.POLL_GAP, "worker-1");
        for (int i = 0; i < 99; i++) {
            first.record(1000);
        }
        second.record(2_000_000);

        for (int reading = 0; reading < 2; reading++) {
            final LatencySummary summary = telemetry.latencies().get(LatencyKind.POLL_GAP);
            assertThat(summary.count()).isEqualTo(100);
            assertThat(summary.p50Ns()).isEqualTo(1000);
            assertThat(summary.maxNs()).isBetween(2_000_000L, 2_002_000L);
        }
        assertThat(telemetry.latencies()).containsOnlyKeys(LatencyKind.POLL_GAP);
        assertThat(telemetry.latenciesByOwner(LatencyKind.POLL_GAP)).containsOnlyKeys("worker-0", "worker-1");
        assertThat(telemetry.latenciesByOwner(LatencyKind.POLL_GAP).get("worker-0").maxNs()).isEqualTo(1000);
        assertThat(telemetry.latenciesByOwner(LatencyKind.POLL_GAP).get("worker-1").count()).isEqualTo(1);
        assertThat(telemetry.latenciesByOwner(LatencyKind.RING_DWELL)).isEmpty();
    }

    @Test
    void shouldTakeAnyDuration() {
        final LatencyHistogram histogram = telemetry.histogram(LatencyKind.BURST_TIME, "worker-0");
        histogram.record(-1);
        histogram.record(Long.MAX_VALUE);

        assertThat(telemetry.latencies().get(LatencyKind.BURST_TIME).count()).isEqualTo(2);
        assertThat(telemetry.latencies().get(LatencyKind.BURST_TIME).maxNs()).isBetween(3_600_000_000_000L,
            3_610_000_000_000L);
    }
}
