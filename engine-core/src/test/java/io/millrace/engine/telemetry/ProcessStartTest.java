package io.millrace.engine.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

final class ProcessStartTest {
    /** Larger than any number that the kernel gives, {@code PID_MAX_LIMIT}. */
    private static final long NO_PID = 1L << 23;

    @Test
    void shouldTakeTheStartFromTheKernelsOwnClock() {
        final String stat = "4711 (java) S 1 2 3 0 -1 4194304 5 0 0 0 10 20 0 0 20 0 30 0 123456 7 8 9";

        assertThat(ProcessStart.ticks(stat)).isEqualTo(123_456);
        assertThat(ProcessStart.ageSeconds(123_456, "1235.81 2000.00\n")).isEqualTo(1.25);
    }

    @Test
    void shouldNotStumbleOverTheNameOfTheProcess() {
        final String stat = "4711 (a) b (c) S 1 2 3 0 -1 4194304 5 0 0 0 10 20 0 0 20 0 30 0 200 7 8 9";

        assertThat(ProcessStart.ticks(stat)).isEqualTo(200);
    }

    @Test
    void shouldBeAtLeastAsLongAgoAsThatOfTheJvm() {
        final double jvmS = ManagementFactory.getRuntimeMXBean().getUptime() / 1e3;

        // The kernel counts in hundredths.
        assertThat(ProcessStart.ageSeconds(ProcessStart.ticks().orElseThrow())).isGreaterThanOrEqualTo(jvmS - 0.02);
    }

    @Test
    void shouldKnowNothingOfAProcessThatThereIsNot() {
        assertThat(ProcessStart.ticks(NO_PID)).isEmpty();
    }
}
