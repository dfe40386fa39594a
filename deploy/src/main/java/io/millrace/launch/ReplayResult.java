package io.millrace.launch;

import io.millrace.engine.port.CaptureFile;
import io.millrace.engine.telemetry.Telemetry;
import java.util.List;

/**
 * What is known once a replay has ended.
 *
 * @param files        what was read.
 * @param stopped      whether a signal ended the run before all was read.
 * @param progress     part that was read, 0 to 1.
 * @param telemetry    counters and histograms; nobody writes to them any more.
 * @param elapsedNs    wall time from the first poll until the last flow had ended.
 * @param startupS     seconds from the making of the process to the first poll.
 */
record ReplayResult(
    List<CaptureFile> files,
    boolean stopped,
    double progress,
    Telemetry telemetry,
    long elapsedNs,
    double startupS) {

    /** Frames per second. */
    double framesPerSecond(final long frames) {
        return elapsedNs == 0 ? 0 : frames * 1e9 / elapsedNs;
    }
}
