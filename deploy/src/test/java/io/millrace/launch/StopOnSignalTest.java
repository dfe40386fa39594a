package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Test;

/** Many runs in one process, as tests and benchmarks make them, keep the memory of one. */
final class StopOnSignalTest {
    @Test
    void shouldLetGoOfARunThatHasEnded() {
        final WeakReference<EndedRun> run = runThatHasEnded();

        System.gc();

        assertThat(run.get()).isNull();
    }

    private static WeakReference<EndedRun> runThatHasEnded() {
        final EndedRun run = new EndedRun();
        new StopOnSignal(run).close();
        return new WeakReference<>(run);
    }

    private static final class EndedRun implements Runnable {
        @Override
        public void run() {
            throw new IllegalStateException("this run has ended");
        }
    }
}
