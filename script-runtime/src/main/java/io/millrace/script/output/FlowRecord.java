package io.millrace.script.output;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.millrace.engine.event.FlowEvent;
import io.millrace.script.geo.PlaceTable;
import io.millrace.script.verdict.VerdictDescriptor;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A flow with what scripts said of it, where it lies in a ring. A flyweight of the writer thread; valid until the sink
 * returns.
 */
public final class FlowRecord {
    private static final UnsafeBuffer NO_VERDICT = noVerdict();

    private final FlowEvent event = new FlowEvent();
    private DirectBuffer verdict;
    private int verdictOffset;
    private PlaceTable places;

    FlowRecord wrap(
        final DirectBuffer buffer, final int verdictOffset, final int eventOffset, final PlaceTable places) {
        verdict = buffer;
        this.verdictOffset = verdictOffset;
        this.places = places;
        event.wrap(buffer, eventOffset);
        return this;
    }

    FlowRecord wrapWithoutVerdict(final DirectBuffer buffer, final int eventOffset) {
        verdict = NO_VERDICT;
        verdictOffset = 0;
        places = null;
        event.wrap(buffer, eventOffset);
        return this;
    }

    /** The flow's last event, or the one at which an alert was raised. */
    public FlowEvent event() {
        return event;
    }

    /** Bit n is set where status n holds; bit 0 means nothing. */
    public long statusBitmap() {
        return verdict.getLong(verdictOffset + VerdictDescriptor.STATUS_BITMAP, LITTLE_ENDIAN);
    }

    /** Score of the flow; {@link VerdictDescriptor#SCORE_UNSET} where no script set one. */
    public long score() {
        return u32(VerdictDescriptor.SCORE);
    }

    /** Score laid on the client; 0 none. */
    public long clientScore() {
        return u32(VerdictDescriptor.CLIENT_SCORE);
    }

    /** Score laid on the server; 0 none. */
    public long serverScore() {
        return u32(VerdictDescriptor.SERVER_SCORE);
    }

    /** Alerts raised for the flow so far. */
    public long alerts() {
        return u32(VerdictDescriptor.ALERTS);
    }

    /** Client's country as {@code first letter << 8 | second letter}; 0 unknown. */
    public int clientCountry() {
        return countryOf(VerdictDescriptor.CLI_PLACE);
    }

    /** Server's country as {@code first letter << 8 | second letter}; 0 unknown. */
    public int serverCountry() {
        return countryOf(VerdictDescriptor.SRV_PLACE);
    }

    private int countryOf(final int field) {
        final int place = verdict.getShort(verdictOffset + field, LITTLE_ENDIAN) & 0xFFFF;
        return place == PlaceTable.UNKNOWN ? 0 : places.countryCode(place);
    }

    private long u32(final int field) {
        return verdict.getInt(verdictOffset + field, LITTLE_ENDIAN) & 0xFFFF_FFFFL;
    }

    private static UnsafeBuffer noVerdict() {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[VerdictDescriptor.LENGTH]);
        buffer.putInt(VerdictDescriptor.SCORE, VerdictDescriptor.SCORE_UNSET, LITTLE_ENDIAN);
        return buffer;
    }
}
