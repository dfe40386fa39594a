package io.millrace.script.intake;

import java.util.concurrent.atomic.AtomicReference;

/**
 * The exchange of something that one thread uses for something new, without either side waiting: an owner offers, the
 * using thread takes the offer up between two pieces of work and hands the old one back, which the owner closes. Of an
 * offer that is taken up and withdrawn at once only one side gets hold. One owner and one using thread; one offer at a
 * time, until {@link #takeRetired()} gave what it replaced or {@link #withdraw()} the offer itself.
 *
 * @param <N> what is offered.
 * @param <O> what is handed back.
 */
public final class Exchange<N, O> {
    private final AtomicReference<N> offered = new AtomicReference<>();
    private final AtomicReference<O> retired = new AtomicReference<>();

    /** Offers {@code next}; owner. */
    public void offer(final N next) {
        offered.set(next);
    }

    /** Whether there may be an offer: a plain look, for every piece of work; using thread. */
    public boolean isOffered() {
        return offered.getOpaque() != null;
    }

    /** Takes the offer up; null where there is none; using thread. */
    public N takeUp() {
        return offered.getAndSet(null);
    }

    /** Hands back what the offer replaced; using thread. */
    public void retire(final O old) {
        retired.set(old);
    }

    /** What was handed back; null where nothing was; owner. */
    public O takeRetired() {
        return retired.getAndSet(null);
    }

    /** Takes an offer back; null where it has been taken up; owner. */
    public N withdraw() {
        return offered.getAndSet(null);
    }
}
