package io.millrace.launch;

import java.util.Locale;
import java.util.function.Consumer;

/**
 * Tells when somebody has set the wall clock, which the time of live ports follows slowly, and when the two agree
 * again. Owned by the main thread, which looks about once a second.
 */
final class ClockWatch {
    /** From one look to the next the following itself changes a hundredth of that. */
    private static final double STEP_S = 1;
    private static final double AGREEMENT_S = 0.1;
    private static final double NS_PER_S = 1e9;

    private double aheadS;
    private boolean told;

    /**
     * Takes the distance of the two clocks.
     *
     * @param wallAheadNs how far the wall clock is ahead of the ports' time.
     * @param followShare part of the time passed by which that time comes closer, as 1 of how many.
     */
    void look(final long wallAheadNs, final int followShare, final Consumer<String> log) {
        final double nowS = wallAheadNs / NS_PER_S;
        if (Math.abs(nowS - aheadS) >= STEP_S && Math.abs(nowS) >= STEP_S) {
            told = true;
            log.accept(String.format(Locale.ROOT, "wall clock was set: it is %.1f s %s the time of packets, which"
                + " follows by 1/%d of what passes, for %.1f h: start anew to take it over at once", Math.abs(nowS),
                nowS > 0 ? "ahead of" : "behind", followShare, Math.abs(nowS) * followShare / 3600));
        } else if (told && Math.abs(nowS) < AGREEMENT_S) {
            told = false;
            log.accept("wall clock and the time of packets agree again");
        }
        aheadS = nowS;
    }
}
