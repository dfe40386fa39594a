package io.millrace.script.lua;

import io.millrace.engine.memory.RawMemory;
import java.nio.charset.StandardCharsets;

/**
 * Goes through what one dispatch handed out, record by record. Valid until the next dispatch; owned by the script
 * thread.
 */
public final class EmissionCursor {
    private final long buffer;
    private int position;
    private int next;
    private int end;

    EmissionCursor(final long buffer) {
        this.buffer = buffer;
    }

    EmissionCursor rewind(final int usedBytes) {
        position = 0;
        next = 0;
        end = usedBytes;
        return this;
    }

    /** Moves to the next record; false where there is none. */
    public boolean advance() {
        while (next < end) {
            position = next;
            next += RawMemory.i32(buffer + position + EmissionDescriptor.TOTAL_LENGTH);
            if (RawMemory.u16(buffer + position + EmissionDescriptor.KIND) != EmissionDescriptor.VOID) {
                return true;
            }
        }
        return false;
    }

    /** Whether the record is text for standard output. */
    public boolean isText() {
        return kind() == EmissionDescriptor.TEXT;
    }

    /** Whether the record is an alert. */
    public boolean isAlert() {
        return kind() == EmissionDescriptor.ALERT;
    }

    /** Index of the event in the batch. */
    public int event() {
        return RawMemory.i32(buffer + position + EmissionDescriptor.EVENT);
    }

    /** Index of the script in load order. */
    public int script() {
        return RawMemory.u16(buffer + position + EmissionDescriptor.SCRIPT);
    }

    /** Address of the payload. */
    public long payloadAddress() {
        return buffer + position + EmissionDescriptor.LENGTH;
    }

    /** Bytes of the payload. */
    public int payloadLength() {
        return RawMemory.i32(buffer + position + EmissionDescriptor.PAYLOAD_LENGTH);
    }

    /** The payload as text. */
    public String text() {
        final byte[] bytes = new byte[payloadLength()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) RawMemory.u8(payloadAddress() + i);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private int kind() {
        return RawMemory.u16(buffer + position + EmissionDescriptor.KIND);
    }
}
