package io.millrace.engine.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PlateauTest {
    private final Plateau plateau = new Plateau();

    @Test
    void shouldNotBeReachedWhileRoundsGetFaster() {
        assertThat(LongStream.rangeClosed(1, 2 * Plateau.ROUNDS)
            .mapToObj(round -> plateau.isReachedBy((long) (1e12 * Math.pow(0.9, round))))).containsOnly(false);
    }

    @Test
    void shouldBeReachedAfterAsManyRoundsWithoutGain() {
        plateau.isReachedBy(1_000_000);

        assertThat(LongStream.range(0, Plateau.ROUNDS).mapToObj(round -> plateau.isReachedBy(990_000)))
            .containsSubsequence(false, true)
            .filteredOn(reached -> reached).hasSize(1);
    }

    @Test
    void shouldBeginAnewWithAGain() {
        plateau.isReachedBy(1_000_000);
        LongStream.range(1, Plateau.ROUNDS).forEach(round -> plateau.isReachedBy(1_000_000));

        assertThat(plateau.isReachedBy(900_000)).isFalse();
        assertThat(plateau.isReachedBy(900_000)).isFalse();
    }

    @Test
    void shouldTakeASlowRoundForNoGain() {
        plateau.isReachedBy(1_000_000);
        LongStream.range(1, Plateau.ROUNDS).forEach(round -> plateau.isReachedBy(5_000_000));

        assertThat(plateau.isReachedBy(5_000_000)).isTrue();
    }
}
