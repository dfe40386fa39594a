package io.millrace.script.lua;

import io.millrace.engine.memory.StructDescriptor;

/**
 * One thing that a script or its hook handed out, followed by its payload. Records lie one after another in the
 * emission buffer in the order of events, each at a multiple of 8 bytes.
 */
final class EmissionDescriptor {
    /** Kind: taken back before it left; passed over. */
    static final int VOID = 0;
    /** Kind: text for standard output. */
    static final int TEXT = 1;
    /** Kind: an alert, laid out as {@link io.millrace.script.verdict.AlertDescriptor} says. */
    static final int ALERT = 2;
    /** Kind: message of an error in a script that was not seen before. */
    static final int SCRIPT_ERROR = 3;

    private static final StructDescriptor LAYOUT = new StructDescriptor("emission_t");

    /** {@code uint32_t}: bytes of the record with payload and padding. */
    static final int TOTAL_LENGTH = LAYOUT.u32("total_length");
    /** {@code uint16_t}: kind. */
    static final int KIND = LAYOUT.u16("kind");
    /** {@code uint16_t}: index of the script. */
    static final int SCRIPT = LAYOUT.u16("script");
    /** {@code uint32_t}: index of the event in the batch. */
    static final int EVENT = LAYOUT.u32("event");
    /** {@code uint32_t}: bytes of the payload. */
    static final int PAYLOAD_LENGTH = LAYOUT.u32("payload_length");
    /** Length in bytes; the payload follows. */
    static final int LENGTH = LAYOUT.seal();

    private EmissionDescriptor() {
    }

    static StructDescriptor layout() {
        return LAYOUT;
    }
}
