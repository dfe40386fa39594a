package io.millrace.script.intake;

/** In which order a script thread works on the events of several workers. */
public enum EventOrder {
    /** As they come: a batch of each ring in turn. Right for live ports. */
    AS_THEY_COME,
    /**
     * The same in every run: all of worker 0 up to its mark of epoch e, then all of worker 1 up to the same mark, and
     * so on, then epoch e + 1. Every ring must bring the same epochs and at last {@link
     * io.millrace.engine.event.EventRing#LAST_EPOCH}.
     */
    BY_EPOCH
}
