package io.millrace.engine.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.memory.RawMemory;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class DetectionStatesTest {
    private static final int COUNT = 10;
    private static final int STATE_BYTES = 100;

    private final DetectionStates states = new DetectionStates(COUNT, STATE_BYTES);

    @AfterEach
    void close() {
        states.close();
    }

    @Test
    void shouldHandOutEveryStateOnceZeroedAndAlone() {
        final Set<Long> taken = takeAll();

        assertThat(taken).hasSize(COUNT);
        assertThat(taken).allSatisfy(state -> {
            assertThat(state % 64).isZero();
            assertThat(taken).noneMatch(other -> other > state && other < state + STATE_BYTES);
            for (int i = 0; i < STATE_BYTES; i++) {
                assertThat(RawMemory.u8(state + i)).isZero();
            }
        });
    }

    @Test
    void shouldHaveNothingLeftOnceAllAreTaken() {
        takeAll();

        assertThat(states.take()).isZero();
        assertThat(states.take()).isZero();
    }

    @Test
    void shouldHandOutAgainWhatWasGivenBackZeroed() {
        final Set<Long> taken = takeAll();
        taken.forEach(states::giveBack);

        assertThat(takeAll()).isEqualTo(taken);
        assertThat(taken).allMatch(state -> RawMemory.i64(state) == 0);
        assertThat(states.take()).isZero();
    }

    private Set<Long> takeAll() {
        final Set<Long> taken = new HashSet<>();
        for (int i = 0; i < COUNT; i++) {
            final long state = states.take();
            assertThat(state).isNotZero();
            taken.add(state);
        }
        return taken;
    }
}
