package io.millrace.script.output;

import io.millrace.engine.event.FlowMetadataDescriptor;
import io.millrace.script.verdict.VerdictDescriptor;
import org.agrona.collections.Int2ObjectHashMap;

/** The objects {@code alert} and {@code millrace}: what the scripts say of a flow. Owned by the writer thread. */
final class EveVerdict {
    private static final byte[] STATUS = JsonText.name("status");
    private static final byte[] CATEGORY = JsonText.name("category");
    private static final byte[] ALERT = JsonText.name("alert");
    private static final byte[] ACTION = JsonText.name("action");
    private static final byte[] SIGNATURE_ID = JsonText.name("signature_id");
    private static final byte[] SIGNATURE = JsonText.name("signature");
    private static final byte[] SEVERITY = JsonText.name("severity");
    private static final byte[] MILLRACE = JsonText.name("millrace");
    private static final byte[] SCORE = JsonText.name("score");
    private static final byte[] CLIENT_SCORE = JsonText.name("client_score");
    private static final byte[] SERVER_SCORE = JsonText.name("server_score");
    private static final byte[] SCRIPT = JsonText.name("script");
    private static final byte[] STATUS_KEY = JsonText.name("status_key");
    private static final byte[] MESSAGE = JsonText.name("message");
    private static final byte[] INFO = JsonText.name("info");

    private static final byte[] ALLOWED = JsonText.quoted("allowed");

    private static final int WARNING = 4;

    private final VerdictNames names;
    private final byte[][] statuses = new byte[Long.SIZE][];
    private final Int2ObjectHashMap<byte[]> scripts = new Int2ObjectHashMap<>();
    private final InfoJson infoJson = new InfoJson();
    private byte[] info = new byte[FlowMetadataDescriptor.MAX_LENGTH];

    EveVerdict(final VerdictNames names) {
        this.names = names;
    }

    /** Writes {@code millrace} of a flow's record, where a script said anything. */
    void ofFlow(final FlowRecord record, final JsonText out) {
        if ((record.statusBitmap() & ~1L) != 0 || record.score() != VerdictDescriptor.SCORE_UNSET
            || record.clientScore() != 0 || record.serverScore() != 0) {
            out.field(MILLRACE).openObject();
            verdict(record, record.score(), out);
            out.closeObject();
        }
    }

    /** Writes {@code alert}. */
    void alert(final AlertRecord alert, final JsonText out) {
        out.field(ALERT).openObject();
        out.field(ACTION).raw(ALLOWED);
        out.field(SIGNATURE_ID).number(alert.statusId());
        out.field(SIGNATURE).text(alert.buffer(), alert.signatureOffset(), alert.signatureLength());
        out.field(CATEGORY).text(alert.buffer(), alert.categoryOffset(), alert.categoryLength());
        out.field(SEVERITY).number(suricataSeverity(alert.severity()));
        out.closeObject();
    }

    /** Writes {@code millrace} of an alert. */
    void ofAlert(final AlertRecord alert, final JsonText out) {
        final FlowRecord record = alert.flow();
        out.field(MILLRACE).openObject();
        verdict(record, alert.score() != 0 ? alert.score() : record.score(), out);
        out.field(SCRIPT).raw(script(alert.script()));
        if (alert.statusKeyLength() > 0) {
            out.field(STATUS_KEY).text(alert.buffer(), alert.statusKeyOffset(), alert.statusKeyLength());
        }
        info(alert, out);
        out.closeObject();
    }

    private void verdict(final FlowRecord record, final long score, final JsonText out) {
        out.field(STATUS).openArray();
        for (long rest = record.statusBitmap() & ~1L; rest != 0; rest &= rest - 1) {
            out.element().raw(status(Long.numberOfTrailingZeros(rest)));
        }
        out.closeArray();
        if (score != VerdictDescriptor.SCORE_UNSET) {
            out.field(SCORE).number(score);
        }
        if (record.clientScore() != 0) {
            out.field(CLIENT_SCORE).number(record.clientScore());
        }
        if (record.serverScore() != 0) {
            out.field(SERVER_SCORE).number(record.serverScore());
        }
    }

    /** A JSON object keeps its form; anything else is a message. Never both, so that each field has one type. */
    private void info(final AlertRecord alert, final JsonText out) {
        final int length = alert.infoLength();
        if (length == 0) {
            return;
        }
        if (info.length < length) {
            info = new byte[2 * length];
        }
        alert.buffer().getBytes(alert.infoOffset(), info, 0, length);
        if (infoJson.isObject(info, length)) {
            out.field(INFO).raw(info, 0, InfoJson.compact(info, length));
        } else {
            out.field(MESSAGE).text(info, 0, length);
        }
    }

    private byte[] status(final int id) {
        if (statuses[id] == null) {
            final String name = names.status(id);
            statuses[id] = JsonText.quoted(name == null ? "status_" + id : name);
        }
        return statuses[id];
    }

    private byte[] script(final int index) {
        byte[] name = scripts.get(index);
        if (name == null) {
            final String key = names.script(index);
            name = JsonText.quoted(key == null ? "script_" + index : key);
            scripts.put(index, name);
        }
        return name;
    }

    /** Suricata counts from 1, the worst. */
    private static int suricataSeverity(final int severity) {
        return severity > WARNING ? 1 : severity == WARNING ? 2 : 3;
    }
}
