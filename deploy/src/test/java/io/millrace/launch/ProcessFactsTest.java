package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class ProcessFactsTest {
    @Test
    void shouldTakeTheAgeFromTheKernelsOwnClock() {
        final String stat = "4711 (java) S 1 2 3 0 -1 4194304 5 0 0 0 10 20 0 0 20 0 30 0 123456 7 8 9";

        assertThat(ProcessFacts.ageSeconds(stat, "1235.81 2000.00\n")).isEqualTo(1.25, within(1e-9));
    }

    @Test
    void shouldNotStumbleOverTheNameOfTheProcess() {
        final String stat = "4711 (a) b (c) S 1 2 3 0 -1 4194304 5 0 0 0 10 20 0 0 20 0 30 0 200 7 8 9";

        assertThat(ProcessFacts.ageSeconds(stat, "5.00 1.00\n")).isEqualTo(3.0, within(1e-9));
    }

    @Test
    void shouldBeAtLeastAsOldAsItsJvm() {
        final double jvmS = ManagementFactory.getRuntimeMXBean().getUptime() / 1e3;

        // The kernel counts in hundredths.
        assertThat(ProcessFacts.ageSeconds()).isGreaterThanOrEqualTo(jvmS - 0.02);
    }
}
