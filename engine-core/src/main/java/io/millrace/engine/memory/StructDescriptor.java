package io.millrace.engine.memory;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The one description of a binary record shared by Java, C and Lua: fields are added in order, each method returns the
 * field's offset in bytes, and {@link #cdef()} prints the same record as a C declaration for LuaJIT's {@code ffi.cdef}.
 *
 * <p>Fields lie at their natural alignment, as a C compiler for x86-64 and AArch64 places them (System V ABI), so no
 * packing attribute is needed. Used while classes are initialised; not thread-safe.
 */
public final class StructDescriptor {
    private final String name;
    private final List<Field> fields = new ArrayList<>();
    private int endOffset;
    private int alignment = 1;
    private boolean sealed;

    /**
     * One member of the record.
     *
     * @param name   C identifier.
     * @param cType  C99 element type, for example {@code uint16_t}.
     * @param offset bytes from the start of the record.
     * @param count  number of elements; 1 for a plain member, more for an array.
     */
    public record Field(String name, String cType, int offset, int count) {
    }

    /**
     * Starts an empty record.
     *
     * @param name C type name, for example {@code flow_event_t}.
     */
    public StructDescriptor(final String name) {
        this.name = name;
    }

    /** Adds a {@code uint8_t}; returns its offset. */
    public int u8(final String field) {
        return add(field, "uint8_t", Byte.BYTES, 1);
    }

    /** Adds an array of {@code count} {@code uint8_t}; returns its offset. */
    public int u8Array(final String field, final int count) {
        return add(field, "uint8_t", Byte.BYTES, count);
    }

    /** Adds a {@code uint16_t}; returns its offset. */
    public int u16(final String field) {
        return add(field, "uint16_t", Short.BYTES, 1);
    }

    /** Adds a {@code uint32_t}; returns its offset. */
    public int u32(final String field) {
        return add(field, "uint32_t", Integer.BYTES, 1);
    }

    /** Adds a {@code uint32_t} that another thread writes while compiled code looks at it; returns its offset. */
    public int u32Volatile(final String field) {
        return add(field, "volatile uint32_t", Integer.BYTES, 1);
    }

    /** Adds a {@code uint64_t}; returns its offset. */
    public int u64(final String field) {
        return add(field, "uint64_t", Long.BYTES, 1);
    }

    /** Adds a {@code double}; returns its offset. */
    public int f64(final String field) {
        return add(field, "double", Double.BYTES, 1);
    }

    /** End of the last member so far, in bytes from the start. */
    public int endOffset() {
        return endOffset;
    }

    /** Leaves unnamed bytes up to {@code offset}. */
    public void skipTo(final int offset) {
        if (offset > endOffset) {
            add("reserved" + endOffset, "uint8_t", Byte.BYTES, offset - endOffset);
        }
    }

    /** Closes the record; returns its length in bytes, a multiple of its widest member. */
    public int seal() {
        sealed = true;
        endOffset = align(endOffset, alignment);
        return endOffset;
    }

    /** C type name. */
    public String name() {
        return name;
    }

    /** Members in order of their offsets. */
    public List<Field> fields() {
        return Collections.unmodifiableList(fields);
    }

    /** The record as a C declaration: {@code typedef struct { ... } name;}. */
    public String cdef() {
        requireSealed();
        final StringBuilder text = new StringBuilder("typedef struct {\n");
        for (final Field field : fields) {
            text.append("   ").append(field.cType()).append(' ').append(field.name());
            if (field.count() > 1) {
                text.append('[').append(field.count()).append(']');
            }
            text.append(";\n");
        }
        return text.append("} ").append(name).append(";\n").toString();
    }

    private int add(final String field, final String cType, final int size, final int count) {
        if (sealed) {
            throw new IllegalStateException(name + " is sealed: field=" + field);
        }
        final int offset = align(endOffset, size);
        fields.add(new Field(field, cType, offset, count));
        endOffset = offset + size * count;
        alignment = Math.max(alignment, size);
        return offset;
    }

    private void requireSealed() {
        if (!sealed) {
            throw new IllegalStateException(name + " is not sealed");
        }
    }

    private static int align(final int offset, final int alignment) {
        return (offset + alignment - 1) & -alignment;
    }
}
