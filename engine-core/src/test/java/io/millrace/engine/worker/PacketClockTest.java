package io.millrace.engine.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PacketClockTest {
    private static final long START_NS = 1_700_000_000_000_000_000L;

    private final PacketClock clock = new PacketClock();

    @Test
    void shouldStartAtTheFirstPacket() {
        assertThat(clock.nowNs()).isZero();
        assertThat(clock.advance(START_NS)).isEqualTo(START_NS).isEqualTo(clock.nowNs());
    }

    @Test
    void shouldNotRunBackwardsForPacketsOutOfOrder() {
        clock.advance(START_NS);

        assertThat(clock.advance(START_NS - 1)).isEqualTo(START_NS);
        assertThat(clock.advance(START_NS - PacketClock.TOLERANCE_NS)).isEqualTo(START_NS);
        assertThat(clock.advance(START_NS + 1)).isEqualTo(START_NS + 1);
    }

    @Test
    void shouldFollowAJumpBack() {
        clock.advance(START_NS);

        assertThat(clock.advance(START_NS - PacketClock.TOLERANCE_NS - 1))
            .isEqualTo(START_NS - PacketClock.TOLERANCE_NS - 1);
        assertThat(clock.advance(0)).isZero();
    }
}
