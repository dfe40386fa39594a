package io.millrace.script.verdict;

import io.millrace.engine.memory.StructDescriptor;

/**
 * One alert as a script raised it: numbers, then the texts in the order of their lengths here, without terminators.
 *
 * <pre>{@code
 *  0       fixed part      LENGTH
 *  +---------------------+------------+-----------+----------+--------------+
 *  | numbers and lengths | status key | signature | category | info (JSON)  |
 *  +---------------------+------------+-----------+----------+--------------+
 * }</pre>
 *
 * <p>Written by Lua through the {@code ffi.cdef} text of {@link #layout()}, read by the output.
 */
public final class AlertDescriptor {
    private static final StructDescriptor LAYOUT = new StructDescriptor("alert_t");

    /** {@code uint64_t}: statuses that held when the alert was raised; the verdict may have moved on since. */
    public static final int STATUS_BITMAP = LAYOUT.u64("status_bitmap");
    /** {@code uint32_t}: client's score then. */
    public static final int CLIENT_SCORE = LAYOUT.u32("client_score");
    /** {@code uint32_t}: server's score then. */
    public static final int SERVER_SCORE = LAYOUT.u32("server_score");
    /** {@code uint32_t}: bytes of the alert with its texts. */
    public static final int TOTAL_LENGTH = LAYOUT.u32("total_length");
    /** {@code uint16_t}: status id, 0 to 63. EVE: {@code alert.signature_id}. */
    public static final int STATUS_ID = LAYOUT.u16("status_id");
    /** {@code uint16_t}: alert type id. */
    public static final int ALERT_TYPE = LAYOUT.u16("alert_type");
    /** {@code uint16_t}: index of the script in load order. */
    public static final int SCRIPT = LAYOUT.u16("script");
    /** {@code uint16_t}: score of the flow at the time of the alert; 0 none. */
    public static final int SCORE = LAYOUT.u16("score");
    /** {@code uint8_t}: severity from 1 debug, 2 info, 3 notice, 4 warning, 5 error to 8 emergency. */
    public static final int SEVERITY = LAYOUT.u8("severity");
    /** {@code uint8_t}: 1 where the alert takes the place of an earlier one of the flow. */
    public static final int REPLACES = LAYOUT.u8("replaces");
    /** {@code uint16_t}: length of the status key, for example {@code suspicious_country}. */
    public static final int STATUS_KEY_LENGTH = LAYOUT.u16("status_key_length");
    /** {@code uint16_t}: length of the title shown to people. EVE: {@code alert.signature}. */
    public static final int SIGNATURE_LENGTH = LAYOUT.u16("signature_length");
    /** {@code uint16_t}: length of the alert type's key. EVE: {@code alert.category}. */
    public static final int CATEGORY_LENGTH = LAYOUT.u16("category_length");
    /** {@code uint32_t}: length of the script's own information: a JSON object, or free text. */
    public static final int INFO_LENGTH = LAYOUT.u32("info_length");

    /** Length of the fixed part in bytes. */
    public static final int LENGTH = LAYOUT.seal();

    private AlertDescriptor() {
    }

    /** The layout with all its fields. */
    public static StructDescriptor layout() {
        return LAYOUT;
    }
}
