package io.millrace.engine.worker;

/** Tells when rounds of the same work have stopped getting faster. Owned by one thread. */
final class Plateau {
    /** Long enough to outlast the time that a compiler takes for the largest method of the path. */
    static final int ROUNDS = 40;
    private static final int GAIN_PERCENT = 5;

    private long bestNs = Long.MAX_VALUE;
    private int roundsWithoutGain;

    /** Takes the duration of one more round; whether {@link #ROUNDS} in a row brought no gain worth waiting for. */
    boolean isReachedBy(final long roundNs) {
        if (roundNs < bestNs - bestNs / 100 * GAIN_PERCENT) {
            bestNs = roundNs;
            roundsWithoutGain = 0;
        } else {
            roundsWithoutGain++;
        }
        return roundsWithoutGain >= ROUNDS;
    }
}
