package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.Telemetry;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.status.AtomicCounter;
import org.junit.jupiter.api.Test;

class DropWatchTest {
    private final Telemetry telemetry = new Telemetry();
    private final AtomicCounter missed = telemetry.counter(EngineCounter.RX_MISSED, "port eth0");
    private final DropWatch watch = new DropWatch(telemetry);
    private final List<String> log = new ArrayList<>();

    @Test
    void shouldTellOnceThatDropsBeginAndOnceThatTheyEnd() {
        missed.set(3);
        watch.look(log::add);
        missed.set(90);
        watch.look(log::add);
        assertThat(log).containsExactly("drops begin: frames missed by the port: 3");

        for (int i = 0; i < 2 * DropWatch.QUIET_LOOKS; i++) {
            watch.look(log::add);
        }
        assertThat(log).hasSize(2).last().isEqualTo("drops end: frames missed by the port: 90");

        missed.set(91);
        watch.look(log::add);
        watch.end(log::add);
        assertThat(log).hasSize(4).endsWith(
            "drops begin: frames missed by the port: 1", "drops end: frames missed by the port: 1");
    }

    @Test
    void shouldSayNothingWhereNothingIsLost() {
        watch.look(log::add);
        watch.end(log::add);

        assertThat(log).isEmpty();
    }
}
