package io.millrace.engine.flow.table;

/**
 * The two sides of a flow, by which its record keeps what there is of each: the ends of its key, of which the low one
 * comes first. Which of them is the client is one bit of the record. Stateless.
 */
public final class FlowSide {
    /** Number of the side with the smaller address, or the smaller port where the addresses are equal. */
    public static final int LOW = 0;
    /** Number of the other side. */
    public static final int HIGH = 1;

    private FlowSide() {
    }

    /** The side that has sent a packet. */
    public static int of(final boolean fromHighSide) {
        return fromHighSide ? HIGH : LOW;
    }

    /** The side that opened the flow. */
    public static int client(final long record) {
        return of(FlowAccounting.hasFlag(record, FlowRecordDescriptor.CLIENT_IS_HIGH));
    }

    /** The side opposite to {@code side}. */
    public static int other(final int side) {
        return HIGH - side;
    }

    /**
     * Address of what a side has of a pair of fields.
     *
     * @param pair   address of the pair, which is that of the low side's field.
     * @param stride bytes from the low side's field to that of the high side.
     */
    public static long field(final long pair, final int stride, final int side) {
        return pair + (long) side * stride;
    }
}
