package io.millrace.engine.parse;

/** What the parser met in a burst as a whole. Owned by one worker; begun anew with each burst. */
public final class BurstTotals {
    int fragments;
    int brokenTransports;
    int tooDeep;
    int icmpErrors;

    BurstTotals() {
    }

    /** Fragments. */
    public int fragments() {
        return fragments;
    }

    /** Packets whose TCP, UDP, SCTP or ICMP header does not fit their IP packet. */
    public int brokenTransports() {
        return brokenTransports;
    }

    /** Packets in more tunnels than are opened. */
    public int tooDeep() {
        return tooDeep;
    }

    /** ICMP errors, also those in frames that turned out to be damaged. */
    public int icmpErrors() {
        return icmpErrors;
    }

    void clear() {
        fragments = 0;
        brokenTransports = 0;
        tooDeep = 0;
        icmpErrors = 0;
    }
}
