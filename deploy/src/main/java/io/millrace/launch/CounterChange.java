package io.millrace.launch;

import io.millrace.engine.telemetry.CounterDescriptor;
import java.util.List;

/**
 * What happened between two snapshots of a process.
 *
 * @param before the earlier one.
 * @param now    the later one; totals are those of its moment.
 */
record CounterChange(CounterSnapshot before, CounterSnapshot now) {
    private static final double NS_PER_S = 1e9;

    /** Time between the snapshots; longer than zero. */
    double seconds() {
        return Math.max(1e-9, (now.takenNs() - before.takenNs()) / NS_PER_S);
    }

    /** Growth of a sum over all owners, per second. */
    double rate(final CounterDescriptor counter) {
        return (now.total(counter) - before.total(counter)) / seconds();
    }

    /** Growth of one owner's value, per second. */
    double rate(final CounterDescriptor counter, final String owner) {
        return (now.of(counter, owner) - before.of(counter, owner)) / seconds();
    }

    /** Laws between counters that have begun to count. */
    List<CounterLaw> laws() {
        return CounterLaw.ALL.stream().filter(law -> now.total(law.whole()) > 0).toList();
    }
}
