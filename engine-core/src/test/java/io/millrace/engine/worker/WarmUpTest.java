package io.millrace.engine.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.FlowEngine;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.fixture.WorkerHarness;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WarmUpTest {
    private static final EngineConfig CONFIG = WorkerHarness.config(24);
    private static final int FRAMES = 8192;

    @BeforeAll
    static void startDpdk() {
        FlowEngine.prepare(CONFIG, null, 1);
    }

    @Test
    void shouldLeadItsFramesThroughFiles() throws InterruptedException {
        assertThat(framesOf(WarmUp.forFiles(CONFIG, FRAMES))).isBetween((long) FRAMES, (long) FRAMES + CONFIG.burst());
    }

    @Test
    void shouldLeadItsFramesThroughAPort() throws InterruptedException {
        assertThat(framesOf(WarmUp.forPorts(CONFIG, FRAMES))).isBetween((long) FRAMES, (long) FRAMES + CONFIG.burst());
    }

    @Test
    void shouldLeaveNoPortBehind() throws InterruptedException {
        framesOf(WarmUp.forPorts(CONFIG, 1));

        assertThat(framesOf(WarmUp.forPorts(CONFIG, 1))).isPositive();
    }

    @Test
    void shouldOpenItsPortBesideAFile() throws InterruptedException {
        final WarmUp ofFiles = WarmUp.forFiles(CONFIG, FRAMES);
        final WarmUp ofPort = WarmUp.forPorts(CONFIG, FRAMES);

        assertThat(framesOf(ofPort)).isPositive();
        assertThat(framesOf(ofFiles)).isPositive();
    }

    private static long framesOf(final WarmUp warmUp) throws InterruptedException {
        warmUp.finish();
        return warmUp.frames();
    }
}
