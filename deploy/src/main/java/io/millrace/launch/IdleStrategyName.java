package io.millrace.launch;

import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.SleepingIdleStrategy;
import org.agrona.concurrent.YieldingIdleStrategy;

/** How a thread waits for work, from the least waiting to the least heat. */
enum IdleStrategyName {
    /** Never gives up its core. */
    SPIN,
    /** Lets others run whenever it finds nothing. */
    YIELD,
    /** Spins, then yields, then sleeps up to 0.1 ms. */
    BACKOFF,
    /** Sleeps 0.1 ms whenever it finds nothing. */
    SLEEP;

    private static final int MAX_SPINS = 100;
    private static final int MAX_YIELDS = 100;
    private static final long MIN_SLEEP_NS = 1_000;
    private static final long MAX_SLEEP_NS = 100_000;

    /** One for each thread: strategies have state. */
    IdleStrategy create() {
        return switch (this) {
            case SPIN -> new BusySpinIdleStrategy();
            case YIELD -> new YieldingIdleStrategy();
            case BACKOFF -> new BackoffIdleStrategy(MAX_SPINS, MAX_YIELDS, MIN_SLEEP_NS, MAX_SLEEP_NS);
            case SLEEP -> new SleepingIdleStrategy(MAX_SLEEP_NS);
        };
    }
}
