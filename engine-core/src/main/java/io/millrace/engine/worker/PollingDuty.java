package io.millrace.engine.worker;

/** What a polling thread does over and over. All methods are called on that thread. */
interface PollingDuty {
    /** Name of the thread. */
    String roleName();

    /** One poll; returns how much there was to do, 0 nothing. */
    int doWork();

    /** Whether there will never be anything to do again. */
    boolean finished();

    /** The end: called once, after the last poll, also where one failed. */
    void end();
}
