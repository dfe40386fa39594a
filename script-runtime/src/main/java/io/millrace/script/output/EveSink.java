package io.millrace.script.output;

import io.millrace.engine.event.ApplicationNames;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Writes EVE JSON, one line per flow, alert and stats record. Lines are gathered in one reused buffer and written in
 * big pieces. Once a write fails nothing more is written; every record from then on, and those of the piece that did
 * not arrive, counts as lost. Owned by the writer thread.
 */
public final class EveSink implements Sink {
    private static final int FLUSH_BYTES = 256 * 1024;
    private static final int FLOW = 0;
    private static final int ALERT = 1;
    private static final int STATS = 2;
    private static final int KIND_BITS = 2;

    private final OutputFile file;
    private final EveEncoder encoder;
    private final JsonText lines = new JsonText(2 * FLUSH_BYTES);
    private long[] lineEnds = new long[1024];
    private int lineCount;
    private long flowsLost;
    private long alertsLost;

    private EveSink(final OutputFile file, final EveEncoder encoder) {
        this.file = file;
        this.encoder = encoder;
    }

    /**
     * Opens the log.
     *
     * @param target path of a file, or {@code -} for standard output.
     * @param append whether the lines already in the file stay; a replay starts afresh.
     * @param names  names of applications, categories and risks.
     * @param verdictNames names of statuses and scripts.
     * @throws OutputException where the file cannot be opened.
     */
    public static EveSink open(
        final String target, final boolean append, final ApplicationNames names, final VerdictNames verdictNames) {
        final OutputFile file = target.equals("-") ? OutputFile.standardOutput()
            : OutputFile.open(Path.of(target), append);
        return new EveSink(file, new EveEncoder(names, verdictNames));
    }

    @Override
    public void flow(final FlowRecord record) {
        if (file.failure() != null) {
            flowsLost++;
            return;
        }
        encoder.flow(record, lines);
        onLine(FLOW);
    }

    @Override
    public void alert(final AlertRecord alert) {
        if (file.failure() != null) {
            alertsLost++;
            return;
        }
        encoder.alert(alert, lines);
        onLine(ALERT);
    }

    @Override
    public void stats(final StatsRecord stats) {
        if (file.failure() == null) {
            encoder.stats(stats, lines);
            onLine(STATS);
        }
    }

    @Override
    public void flush() {
        if (lineCount == 0) {
            return;
        }
        final int length = lines.position();
        final int arrived = file.write(lines.bytes(), length);
        for (int line = lineCount - 1; line >= 0 && lineEnds[line] >> KIND_BITS > arrived; line--) {
            onLost((int) lineEnds[line] & (1 << KIND_BITS) - 1);
        }
        lineCount = 0;
        lines.position(0);
    }

    @Override
    public void reopen() {
        flush();
        file.reopen();
    }

    @Override
    public void close() {
        flush();
        file.close();
    }

    @Override
    public long flowsLost() {
        return flowsLost;
    }

    @Override
    public long alertsLost() {
        return alertsLost;
    }

    @Override
    public String failure() {
        final String failure = file.failure();
        return failure == null ? null
            : "eve " + failure + ": " + lost();
    }

    @Override
    public String loss() {
        final String failure = failure();
        return failure != null || flowsLost + alertsLost == 0 ? failure
            : "eve output: " + lost() + " before " + file.name()
                + " was opened anew; keep space free on its file system";
    }

    private String lost() {
        return flowsLost + " flow records and " + alertsLost + " alerts were dropped";
    }

    private void onLine(final int kind) {
        if (lineCount == lineEnds.length) {
            lineEnds = Arrays.copyOf(lineEnds, 2 * lineCount);
        }
        lineEnds[lineCount++] = (long) lines.position() << KIND_BITS | kind;
        if (lines.position() >= FLUSH_BYTES) {
            flush();
        }
    }

    private void onLost(final int kind) {
        if (kind == FLOW) {
            flowsLost++;
        } else if (kind == ALERT) {
            alertsLost++;
        }
    }
}
