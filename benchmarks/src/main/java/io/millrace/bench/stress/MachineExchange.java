package io.millrace.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.script.intake.Exchange;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Scripts loaded anew while the run ends: either the script thread gets the new machine, whole, and hands the old one
 * back, or whoever reloads takes the new one back; no machine is left over, and none has two owners.
 */
@JCStressTest
@State
@Outcome(id = "7, 0, 1", expect = ACCEPTABLE, desc = "Taken up; the old machine came back at once.")
@Outcome(id = "7, 0, 2", expect = ACCEPTABLE, desc = "Taken up; the old machine came back later.")
@Outcome(id = "0, 7, 0", expect = ACCEPTABLE, desc = "Not seen; withdrawn.")
@Outcome(expect = FORBIDDEN, desc = "A machine lost, seen in part, or owned twice.")
public class MachineExchange {
    private static final int AT_ONCE = 1;
    private static final int LATER = 2;

    private final Exchange<Machine, Machine> exchange = new Exchange<>();
    private final Machine first = new Machine(1);
    private int inUse;
    private int withdrawn;
    private int cameBack;

    /** Its fields are not final: what they hold must come over by the exchange alone. */
    private static final class Machine {
        private int scripts;

        Machine(final int scripts) {
            this.scripts = scripts;
        }
    }

    /** Reloads, and gives up. */
    @Actor
    public void reload() {
        exchange.offer(new Machine(7));
        if (exchange.takeRetired() != null) {
            cameBack = AT_ONCE;
        } else {
            final Machine back = exchange.withdraw();
            withdrawn = back == null ? 0 : back.scripts;
        }
    }

    /** Looks for an offer between two batches. */
    @Actor
    public void scriptThread() {
        if (exchange.isOffered()) {
            final Machine next = exchange.takeUp();
            if (next != null) {
                inUse = next.scripts;
                exchange.retire(first);
            }
        }
    }

    /** Closes what is left. */
    @Arbiter
    public void end(final III_Result result) {
        if (exchange.takeRetired() == first) {
            cameBack += LATER;
        }
        result.r1 = inUse;
        result.r2 = withdrawn;
        result.r3 = cameBack + (exchange.isOffered() ? 10 : 0);
    }
}
