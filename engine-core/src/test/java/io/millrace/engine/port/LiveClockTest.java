package io.millrace.engine.port;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LiveClockTest {
    private static final long START_NS = 1_700_000_000_000_000_000L;
    private static final long HOUR_NS = 3_600_000_000_000L;
    private static final long STEP_NS = 100_000_000L;

    private long monotonicNs = 5_000;
    private long wallNs = START_NS;
    private final LiveClock clock = new LiveClock(() -> monotonicNs, () -> wallNs);

    @Test
    void shouldStartAsWallTimeAndRunWithTheMonotonicClock() {
        assertThat(clock.nowNs()).isEqualTo(START_NS);
        monotonicNs += 7;
        assertThat(clock.nowNs()).isEqualTo(START_NS + 7);
    }

    @Test
    void shouldRunOnALittleSlowerWhenTheWallClockIsSetBack() {
        wallNs -= HOUR_NS;
        long before = clock.nowNs();
        for (int i = 0; i < 1000; i++) {
            pass(STEP_NS);
            clock.approach();
            assertThat(clock.nowNs()).isGreaterThan(before);
            before = clock.nowNs();
        }
        assertThat(before - START_NS).isEqualTo(1000 * STEP_NS * 99 / 100);
    }

    @Test
    void shouldCatchUpALittleFasterWhenTheWallClockIsSetForward() {
        wallNs += HOUR_NS;
        pass(STEP_NS);
        clock.approach();

        assertThat(clock.nowNs()).isEqualTo(START_NS + STEP_NS + STEP_NS / 100);
        assertThat(clock.wallAheadNs()).isEqualTo(HOUR_NS - STEP_NS / 100);
    }

    @Test
    void shouldMeetWallTimeExactlyOnceItIsNear() {
        wallNs += 300;
        pass(STEP_NS);
        clock.approach();

        assertThat(clock.nowNs()).isEqualTo(wallNs);
    }

    private void pass(final long durationNs) {
        monotonicNs += durationNs;
        wallNs += durationNs;
    }
}
