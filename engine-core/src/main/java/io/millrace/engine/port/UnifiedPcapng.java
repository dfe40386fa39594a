package io.millrace.engine.port;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A pcapng whose interfaces all claim one link type and one snap length: libpcap reads no other. Packets of interfaces
 * of another link type are left out, and everything else stays as it is. Read by one thread.
 *
 * <p>Source: draft-ietf-opsawg-pcapng.
 */
final class UnifiedPcapng extends InputStream {
    private static final int LINK_TYPE = 8;
    private static final int SNAP_LENGTH = 12;
    private static final int INTERFACE_ID = 8;
    private static final int MIN_INTERFACE_LENGTH = 20;

    private final InputStream from;
    private final Target target;
    private final List<Integer> linkTypes = new ArrayList<>();
    private ByteOrder order = ByteOrder.LITTLE_ENDIAN;
    private ByteBuffer block = ByteBuffer.allocate(0);

    /**
     * What all interfaces become.
     *
     * @param linkType        number of the link type whose packets are kept.
     * @param snapLengthBytes their snap length.
     */
    record Target(int linkType, int snapLengthBytes) {
    }

    UnifiedPcapng(final InputStream from, final Target target) {
        this.from = from;
        this.target = target;
    }

    @Override
    public int read() throws IOException {
        final byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(final byte[] bytes, final int offset, final int length) throws IOException {
        while (!block.hasRemaining()) {
            if (!readBlock()) {
                return -1;
            }
        }
        final int count = Math.min(length, block.remaining());
        block.get(bytes, offset, count);
        return count;
    }

    @Override
    public void close() throws IOException {
        from.close();
    }

    private boolean readBlock() throws IOException {
        final byte[] start = from.readNBytes(PcapngFormat.MIN_BLOCK_LENGTH);
        if (start.length == 0) {
            return false;
        }
        final ByteBuffer head = ByteBuffer.wrap(start).order(order);
        if (start.length < PcapngFormat.MIN_BLOCK_LENGTH) {
            throw new EOFException("ends within a block");
        }
        if (head.getInt(0) == PcapngFormat.SECTION_HEADER) {
            order = PcapngFormat.orderOf(start);
            linkTypes.clear();
        }
        final int length = head.order(order).getInt(4);
        if (!PcapngFormat.isPlausible(length)) {
            throw new IOException("a block is damaged");
        }
        final byte[] bytes = new byte[length];
        System.arraycopy(start, 0, bytes, 0, PcapngFormat.MIN_BLOCK_LENGTH);
        final int rest = length - PcapngFormat.MIN_BLOCK_LENGTH;
        if (from.readNBytes(bytes, PcapngFormat.MIN_BLOCK_LENGTH, rest) < rest) {
            throw new EOFException("ends within a block");
        }
        block = ByteBuffer.wrap(bytes).order(order);
        if (!isKept()) {
            block = ByteBuffer.allocate(0);
        }
        return true;
    }

    private boolean isKept() {
        final int type = block.getInt(0);
        if (type == PcapngFormat.INTERFACE && block.limit() >= MIN_INTERFACE_LENGTH) {
            linkTypes.add(block.getShort(LINK_TYPE) & 0xFFFF);
            // Nobody looks at it, and libpcap mistakes some for others from the second interface on.
            block.putShort(LINK_TYPE, (short) LinkType.ETHERNET.number);
            block.putInt(SNAP_LENGTH, target.snapLengthBytes());
            return true;
        }
        if (type == PcapngFormat.SIMPLE_PACKET) {
            return isKept(0);
        }
        if (type == PcapngFormat.ENHANCED_PACKET) {
            return isKept(block.getInt(INTERFACE_ID));
        }
        return type != PcapngFormat.PACKET || isKept(block.getShort(INTERFACE_ID) & 0xFFFF);
    }

    /** A packet of an interface that is not described stays, so that libpcap refuses it. */
    private boolean isKept(final int networkInterface) {
        return networkInterface < 0 || networkInterface >= linkTypes.size()
            || linkTypes.get(networkInterface) == target.linkType();
    }
}
