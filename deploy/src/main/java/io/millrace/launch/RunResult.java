package io.millrace.launch;

import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.intake.ScriptCounter;
import io.millrace.script.lua.ScriptProfile;
import io.millrace.script.output.OutputCounter;

/**
 * What is known once a run has ended.
 *
 * @param headline     where the packets came from, in one line.
 * @param telemetry    counters and histograms; nobody writes to them any more.
 * @param elapsedNs    wall time from the first frame to the last.
 * @param profile      how long hooks took; null where nobody asked.
 * @param startupS     seconds from the making of the process to the first poll.
 */
record RunResult(
    String headline,
    Telemetry telemetry,
    long elapsedNs,
    ScriptProfile profile,
    double startupS) {

    /** Flow records that reached no output, wherever they were lost. */
    long recordsDropped() {
        return telemetry.total(EngineCounter.RECORDS_LOST) + telemetry.total(ScriptCounter.RECORDS_REFUSED)
            + telemetry.total(OutputCounter.RECORDS_DROPPED);
    }

    /** Frames per second. */
    double framesPerSecond(final long frames) {
        return elapsedNs == 0 ? 0 : frames * 1e9 / elapsedNs;
    }
}
