package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClockWatchTest {
    private static final long S = 1_000_000_000L;
    private static final int FOLLOW_SHARE = 100;

    private final List<String> log = new ArrayList<>();
    private final ClockWatch watch = new ClockWatch();

    @Test
    void shouldTellOnceThatTheClockWasSetAndOnceThatTheTimesAgreeAgain() {
        look(0);
        for (long aheadNs = 3_600 * S; aheadNs > 0; aheadNs -= S / FOLLOW_SHARE) {
            look(aheadNs);
        }
        look(0);
        look(0);

        assertThat(log).containsExactly(
            "wall clock was set: it is 3600.0 s ahead of the time of packets, which follows by 1/100 of what passes,"
                + " for 100.0 h: start anew to take it over at once",
            "wall clock and the time of packets agree again");
    }

    @Test
    void shouldTellOfAStepBackAndOfItsBeingTakenBack() {
        look(-90 * S);
        look(S / 1000);

        assertThat(log).hasSize(2).first().asString().contains("it is 90.0 s behind the time of packets", "for 2.5 h");
    }

    @Test
    void shouldTellOfEachStep() {
        look(10 * S);
        look(3_610 * S);

        assertThat(log).hasSize(2).last().asString().contains("3610.0 s ahead");
    }

    @Test
    void shouldSayNothingOfAClockThatIsOnlyDisciplined() {
        look(S / 2);
        look(-S / 2);
        look(0);

        assertThat(log).isEmpty();
    }

    private void look(final long wallAheadNs) {
        watch.look(wallAheadNs, FOLLOW_SHARE, log::add);
    }
}
