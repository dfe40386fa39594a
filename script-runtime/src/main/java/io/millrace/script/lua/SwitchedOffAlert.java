package io.millrace.script.lua;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.engine.memory.RawMemory;
import io.millrace.script.verdict.AlertDescriptor;
import io.millrace.script.verdict.VerdictDescriptor;
import org.agrona.BitUtil;

/**
 * The alert that a script is out of service, written among the emissions as the Lua side does where its machine still
 * runs ({@code emission.switched_off}): same numbers, same words. Stateless; called on the script thread.
 */
final class SwitchedOffAlert {
    /** Stands in place of a status id: the alert is about a script, not about its flow. */
    static final int ID = 1000;

    private static final int SEVERITY_ERROR = 5;
    private static final int MAX_TEXT = 8192;
    private static final byte[] KEY = "script_off".getBytes(UTF_8);
    private static final byte[] TITLE = "Script switched off".getBytes(UTF_8);

    private SwitchedOffAlert() {
    }

    /** Appends the alert about {@code script} at event {@code event} of the batch; false where there is no room. */
    static boolean emit(
        final HostMemory memory, final int capacityBytes, final int script, final int event, final String message) {

        final byte[] whole = message.getBytes(UTF_8);
        final int infoLength = Math.min(whole.length, MAX_TEXT);
        final int length = AlertDescriptor.LENGTH + 2 * KEY.length + TITLE.length + infoLength;
        final int total = BitUtil.align(EmissionDescriptor.LENGTH + length, Long.BYTES);
        final int used = memory.control(ControlDescriptor.EMISSION_USED);
        if (used + total > capacityBytes) {
            return false;
        }
        final long record = memory.emissions() + used;
        RawMemory.putI32(record + EmissionDescriptor.TOTAL_LENGTH, total);
        RawMemory.putU16(record + EmissionDescriptor.KIND, EmissionDescriptor.ALERT);
        RawMemory.putU16(record + EmissionDescriptor.SCRIPT, script);
        RawMemory.putI32(record + EmissionDescriptor.EVENT, event);
        RawMemory.putI32(record + EmissionDescriptor.PAYLOAD_LENGTH, length);
        final long alert = record + EmissionDescriptor.LENGTH;
        final long verdict = RawMemory.i64(
            memory.batch() + (long) event * ScriptHost.BATCH_ENTRY_LENGTH + Long.BYTES);
        final int score = RawMemory.i32(verdict + VerdictDescriptor.SCORE);
        RawMemory.putI64(
            alert + AlertDescriptor.STATUS_BITMAP, RawMemory.i64(verdict + VerdictDescriptor.STATUS_BITMAP));
        RawMemory.putI32(
            alert + AlertDescriptor.CLIENT_SCORE, RawMemory.i32(verdict + VerdictDescriptor.CLIENT_SCORE));
        RawMemory.putI32(
            alert + AlertDescriptor.SERVER_SCORE, RawMemory.i32(verdict + VerdictDescriptor.SERVER_SCORE));
        RawMemory.putI32(alert + AlertDescriptor.TOTAL_LENGTH, length);
        RawMemory.putU16(alert + AlertDescriptor.STATUS_ID, ID);
        RawMemory.putU16(alert + AlertDescriptor.ALERT_TYPE, 0);
        RawMemory.putU16(alert + AlertDescriptor.SCRIPT, script);
        RawMemory.putU16(alert + AlertDescriptor.SCORE, score == VerdictDescriptor.SCORE_UNSET ? 0 : score);
        RawMemory.putU8(alert + AlertDescriptor.SEVERITY, SEVERITY_ERROR);
        RawMemory.putU8(alert + AlertDescriptor.REPLACES, 0);
        RawMemory.putU16(alert + AlertDescriptor.STATUS_KEY_LENGTH, KEY.length);
        RawMemory.putU16(alert + AlertDescriptor.SIGNATURE_LENGTH, TITLE.length);
        RawMemory.putU16(alert + AlertDescriptor.CATEGORY_LENGTH, KEY.length);
        RawMemory.putI32(alert + AlertDescriptor.INFO_LENGTH, infoLength);
        long place = put(alert + AlertDescriptor.LENGTH, KEY, KEY.length);
        place = put(place, TITLE, TITLE.length);
        place = put(place, KEY, KEY.length);
        put(place, whole, infoLength);
        memory.control(ControlDescriptor.EMISSION_USED, used + total);
        return true;
    }

    private static long put(final long target, final byte[] text, final int length) {
        for (int i = 0; i < length; i++) {
            RawMemory.putU8(target + i, text[i] & 0xFF);
        }
        return target + length;
    }
}
