package io.millrace.script.output;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.millrace.script.geo.PlaceTable;
import io.millrace.script.verdict.AlertDescriptor;
import io.millrace.script.verdict.VerdictDescriptor;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;

/**
 * An alert with the flow it is about, where it lies in a ring. A flyweight of the writer thread; valid until the sink
 * returns. Texts are bytes of {@link #buffer()}: as the script made them, not validated.
 */
public final class AlertRecord {
    private final FlowRecord flow = new FlowRecord();
    private DirectBuffer buffer;
    private int offset;

    AlertRecord wrap(final DirectBuffer buffer, final int offset, final PlaceTable places) {
        this.buffer = buffer;
        this.offset = offset;
        final int total = buffer.getInt(offset + AlertDescriptor.TOTAL_LENGTH, LITTLE_ENDIAN);
        final int verdictOffset = offset + BitUtil.align(total, BitUtil.SIZE_OF_LONG);
        final int eventOffset = verdictOffset + BitUtil.align(VerdictDescriptor.LENGTH, BitUtil.SIZE_OF_LONG);
        flow.wrap(buffer, verdictOffset, eventOffset, places);
        return this;
    }

    /** The flow at the moment of the alert. */
    public FlowRecord flow() {
        return flow;
    }

    /** Holds the texts. */
    public DirectBuffer buffer() {
        return buffer;
    }

    /** Status id, 0 to 63. */
    public int statusId() {
        return u16(AlertDescriptor.STATUS_ID);
    }

    /** Index of the script in load order. */
    public int script() {
        return u16(AlertDescriptor.SCRIPT);
    }

    /** Score of the flow at the time of the alert; 0 none. */
    public int score() {
        return u16(AlertDescriptor.SCORE);
    }

    /** From 1 debug, 2 info, 3 notice, 4 warning, 5 error to 8 emergency. */
    public int severity() {
        return buffer.getByte(offset + AlertDescriptor.SEVERITY) & 0xFF;
    }

    /** Whether the alert takes the place of an earlier one of the flow. */
    public boolean replaces() {
        return buffer.getByte(offset + AlertDescriptor.REPLACES) != 0;
    }

    /** Where the status key starts in {@link #buffer()}. */
    public int statusKeyOffset() {
        return offset + AlertDescriptor.LENGTH;
    }

    /** Bytes of the status key. */
    public int statusKeyLength() {
        return u16(AlertDescriptor.STATUS_KEY_LENGTH);
    }

    /** Where the title starts in {@link #buffer()}. */
    public int signatureOffset() {
        return statusKeyOffset() + statusKeyLength();
    }

    /** Bytes of the title. */
    public int signatureLength() {
        return u16(AlertDescriptor.SIGNATURE_LENGTH);
    }

    /** Where the alert type's key starts in {@link #buffer()}. */
    public int categoryOffset() {
        return signatureOffset() + signatureLength();
    }

    /** Bytes of the alert type's key. */
    public int categoryLength() {
        return u16(AlertDescriptor.CATEGORY_LENGTH);
    }

    /** Where the script's own information starts in {@link #buffer()}. */
    public int infoOffset() {
        return categoryOffset() + categoryLength();
    }

    /** Bytes of the script's own information: a JSON object, or free text; 0 none. */
    public int infoLength() {
        return buffer.getInt(offset + AlertDescriptor.INFO_LENGTH, LITTLE_ENDIAN);
    }

    private int u16(final int field) {
        return buffer.getShort(offset + field, LITTLE_ENDIAN) & 0xFFFF;
    }
}
