package io.millrace.launch;

import io.millrace.engine.port.CaptureFile;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.intake.ScriptCounter;
import io.millrace.script.output.OutputCounter;
import java.util.List;

/**
 * What is known once a replay has ended.
 *
 * @param files        what was read.
 * @param stopped      whether a signal ended the run before all was read.
 * @param progress     part that was read, 0 to 1.
 * @param telemetry    counters and histograms; nobody writes to them any more.
 * @param elapsedNs    wall time from the first frame to the last.
 * @param startupS     seconds from the making of the process to the first poll.
 */
record ReplayResult(
    List<CaptureFile> files,
    boolean stopped,
    double progress,
    Telemetry telemetry,
    long elapsedNs,
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
