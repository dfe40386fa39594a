package io.millrace.engine.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.junit.jupiter.api.Test;

final class HeartbeatTest {
    private int delegated;

    private final IdleStrategy counting = new IdleStrategy() {
        @Override
        public void idle(final int workCount) {
            delegated += workCount;
        }

        @Override
        public void idle() {
            delegated++;
        }

        @Override
        public void reset() {
            delegated = 0;
        }
    };

    @Test
    void shouldCountEveryRoundWhetherThereWasWorkOrNot() {
        final Heartbeat heartbeat = new Heartbeat("worker-0", BusySpinIdleStrategy.INSTANCE);

        heartbeat.idle(0);
        heartbeat.idle(64);
        heartbeat.idle();

        assertThat(heartbeat.rounds()).isEqualTo(3);
        assertThat(heartbeat.owner()).isEqualTo("worker-0");
    }

    @Test
    void shouldIdleAsItsStrategyDoes() {
        final Heartbeat heartbeat = new Heartbeat("worker-0", counting);

        heartbeat.idle(5);
        heartbeat.idle();
        assertThat(delegated).isEqualTo(6);
        heartbeat.reset();
        assertThat(delegated).isZero();
    }
}
