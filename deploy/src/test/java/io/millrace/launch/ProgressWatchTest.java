package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.telemetry.Heartbeat;
import java.util.List;
import org.agrona.concurrent.NoOpIdleStrategy;
import org.junit.jupiter.api.Test;

class ProgressWatchTest {
    private final Heartbeat worker = new Heartbeat("worker-0", NoOpIdleStrategy.INSTANCE);
    private final Heartbeat output = new Heartbeat("output", NoOpIdleStrategy.INSTANCE);
    private final ProgressWatch watch = new ProgressWatch(List.of(worker, output));

    @Test
    void shouldSeeProgressOnlyWhereEveryThreadWentRound() {
        worker.idle(1);
        assertThat(watch.allWentRound()).isFalse();

        output.idle(0);
        assertThat(watch.allWentRound()).isTrue();
    }

    @Test
    void shouldWantAnotherRoundOfEachForTheNextTime() {
        worker.idle(1);
        output.idle(1);
        assertThat(watch.allWentRound()).isTrue();

        output.idle(1);
        assertThat(watch.allWentRound()).isFalse();
        worker.idle(1);
        assertThat(watch.allWentRound()).isTrue();
    }

    @Test
    void shouldNameTheThreadThatStands() {
        worker.idle(1);

        assertThat(watch.standstill()).contains("output");
        output.idle(1);
        assertThat(watch.standstill()).isEmpty();
    }
}
