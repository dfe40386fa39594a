package io.millrace.engine.port;

import io.millrace.engine.config.ConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads a capture from its first byte to its first packet, and no further: a stream may have no more yet. Owned by one
 * thread, used once.
 */
final class CaptureHead {
    /** What stands above it tells whether frames end in a checksum, and how long that is. */
    private static final int LINK_TYPE_MASK = 0xFFFF;
    private static final int MAX_HEAD_BYTES = 32 << 20;
    private static final int UNLIMITED_SNAP_LENGTH = 262_144;
    private static final int TIME_RESOLUTION_OPTION = 9;
    private static final int MICROSECONDS_EXPONENT = 6;
    private static final int NANOSECONDS_EXPONENT = 9;
    private static final long NS_PER_S = 1_000_000_000L;
    private static final long NS_PER_US = 1000;

    private final Path path;
    private final CaptureContent content;
    private final InputStream stream;
    private byte[] bytes = {};

    /** An interface of a pcapng; its resolution is the option {@code if_tsresol}. */
    private record Interface(int linkType, int snapLengthBytes, int resolution) {
    }

    CaptureHead(final Path path, final CaptureContent content, final InputStream stream) {
        this.path = path;
        this.content = content;
        this.stream = stream;
    }

    /**
     * The capture's parts; see {@link CaptureFile#openAll}.
     *
     * @throws ConfigException where it is not a capture that can be read.
     */
    List<CaptureFile> read() throws IOException {
        if (!has(PcapFormat.HEADER_LENGTH)) {
            if (bytes.length == 0) {
                throw new ConfigException("capture file is empty: " + path + ": capture again");
            }
            throw notACapture();
        }
        return at(ByteOrder.LITTLE_ENDIAN).getInt(0) == PcapngFormat.SECTION_HEADER ? pcapng() : List.of(pcap());
    }

    private CaptureFile pcap() throws IOException {
        final int littleEndian = at(ByteOrder.LITTLE_ENDIAN).getInt(0);
        final int bigEndian = Integer.reverseBytes(littleEndian);
        final ByteOrder order;
        if (littleEndian == PcapFormat.MICROSECONDS || littleEndian == PcapFormat.NANOSECONDS) {
            order = ByteOrder.LITTLE_ENDIAN;
        } else if (bigEndian == PcapFormat.MICROSECONDS || bigEndian == PcapFormat.NANOSECONDS) {
            order = ByteOrder.BIG_ENDIAN;
        } else {
            throw notACapture();
        }
        final ByteBuffer header = at(order);
        final int linkType = header.getInt(20) & LINK_TYPE_MASK;
        if (LinkType.of(linkType) == null) {
            throw unsupported(linkType);
        }
        final boolean nanoseconds = header.getInt(0) == PcapFormat.NANOSECONDS;
        long firstNs = 0;
        if (content.isRepeatable() && has(PcapFormat.HEADER_LENGTH + PcapFormat.RECORD_HEADER_LENGTH)) {
            final ByteBuffer record = at(order);
            firstNs = Integer.toUnsignedLong(record.getInt(PcapFormat.HEADER_LENGTH)) * NS_PER_S
                + record.getInt(PcapFormat.HEADER_LENGTH + 4) * (nanoseconds ? 1 : NS_PER_US);
        }
        return file(CaptureFile.Format.PCAP, linkType, header.getInt(16), order, firstNs, content, null);
    }

    private List<CaptureFile> pcapng() throws IOException {
        final int magic = at(ByteOrder.LITTLE_ENDIAN).getInt(8);
        if (magic != PcapngFormat.BYTE_ORDER_MAGIC && Integer.reverseBytes(magic) != PcapngFormat.BYTE_ORDER_MAGIC) {
            throw notACapture();
        }
        final ByteOrder order = PcapngFormat.orderOf(bytes);
        final List<Interface> interfaces = new ArrayList<>();
        long firstNs = 0;
        int position = 0;
        while (has(position + 16)) {
            final int type = at(order).getInt(position);
            final long length = at(order).getInt(position + 4) & 0xFFFF_FFFFL;
            if (PcapngFormat.isPacket(type) || !PcapngFormat.isPlausible(length)) {
                firstNs = type == PcapngFormat.ENHANCED_PACKET && has(position + 20)
                    ? timeNs(order, position, interfaces) : 0;
                break;
            }
            if (type == PcapngFormat.INTERFACE) {
                if (!has(position + (int) Math.max(length, 20))) {
                    break;
                }
                interfaces.add(networkInterface(order, position, (int) length));
                if (!content.isRepeatable()) {
                    break;
                }
            }
            position += (int) length;
        }
        if (interfaces.isEmpty()) {
            throw new ConfigException("capture file describes no interface: " + path + ": capture again");
        }
        return parts(interfaces, order, firstNs);
    }

    /** A file whose interfaces are all alike is left as it is. */
    private List<CaptureFile> parts(
        final List<Interface> interfaces, final ByteOrder order, final long firstNs) throws IOException {

        final int[] linkTypes = interfaces.stream().mapToInt(Interface::linkType).distinct().toArray();
        final int[] known = Arrays.stream(linkTypes).filter(type -> LinkType.of(type) != null).toArray();
        if (known.length == 0) {
            throw unsupported(linkTypes[0]);
        }
        final int[] snapLengths = interfaces.stream().mapToInt(Interface::snapLengthBytes).distinct().toArray();
        // libpcap 1.10 takes a second interface of raw IP for one of another link type than the first.
        final boolean mistaken = linkTypes[0] == LinkType.RAW.number
            && (interfaces.size() > 1 || !content.isRepeatable());
        if (linkTypes.length == 1 && snapLengths.length == 1 && !mistaken) {
            return List.of(
                file(CaptureFile.Format.PCAPNG, linkTypes[0], snapLengths[0], order, firstNs, content, null));
        }
        final int longest = Arrays.stream(snapLengths).map(CaptureHead::limited).max().orElseThrow();
        final List<CaptureFile> parts = new ArrayList<>();
        for (final int linkType : known) {
            final String note = parts.isEmpty() && known.length < linkTypes.length
                ? "capture file has packets of a link type that is not supported: " + path + ": they were not read"
                : null;
            parts.add(file(CaptureFile.Format.PCAPNG, linkType, longest, order, firstNs,
                content.unified(new UnifiedPcapng.Target(linkType, longest)), note));
        }
        return parts;
    }

    private Interface networkInterface(final ByteOrder order, final int position, final int length) {
        final ByteBuffer block = at(order);
        int resolution = MICROSECONDS_EXPONENT;
        int option = position + 16;
        final int end = position + length - 4;
        while (option + 4 <= end) {
            final int code = block.getShort(option) & 0xFFFF;
            final int optionLength = block.getShort(option + 2) & 0xFFFF;
            if (code == 0) {
                break;
            }
            if (code == TIME_RESOLUTION_OPTION && optionLength == 1 && option + 5 <= end) {
                resolution = block.get(option + 4) & 0xFF;
            }
            option += 4 + (optionLength + 3 & -4);
        }
        return new Interface(
            block.getShort(position + 8) & 0xFFFF, block.getInt(position + 12), resolution);
    }

    private long timeNs(final ByteOrder order, final int position, final List<Interface> interfaces) {
        final ByteBuffer block = at(order);
        final int id = block.getInt(position + 8);
        if (id < 0 || id >= interfaces.size()) {
            return 0;
        }
        final int resolution = interfaces.get(id).resolution();
        final long units = (block.getInt(position + 12) & 0xFFFF_FFFFL) << 32
            | block.getInt(position + 16) & 0xFFFF_FFFFL;
        if ((resolution & 0x80) != 0) {
            return Math.round(Math.scalb((double) units, -(resolution & 0x7F)) * NS_PER_S);
        }
        long scaled = units;
        for (int exponent = resolution; exponent < NANOSECONDS_EXPONENT; exponent++) {
            scaled *= 10;
        }
        for (int exponent = resolution; exponent > NANOSECONDS_EXPONENT; exponent--) {
            scaled /= 10;
        }
        return scaled;
    }

    private CaptureFile file(
        final CaptureFile.Format format,
        final int linkType,
        final int snapLength,
        final ByteOrder order,
        final long firstNs,
        final CaptureContent from,
        final String note) throws IOException {

        final long sizeBytes = content.isRepeatable() ? Files.size(path) : 0;
        return new CaptureFile(path, format, LinkType.of(linkType), limited(snapLength), order, sizeBytes, firstNs,
            from.withHead(bytes, stream), note);
    }

    /** Whether the capture has that many bytes; reads them where it has to. */
    private boolean has(final int length) throws IOException {
        if (length > MAX_HEAD_BYTES) {
            return false;
        }
        if (bytes.length < length) {
            final byte[] more = stream.readNBytes(length - bytes.length);
            final int before = bytes.length;
            bytes = Arrays.copyOf(bytes, before + more.length);
            System.arraycopy(more, 0, bytes, before, more.length);
        }
        return bytes.length >= length;
    }

    private ByteBuffer at(final ByteOrder order) {
        return ByteBuffer.wrap(bytes).order(order);
    }

    private ConfigException notACapture() {
        return new ConfigException("not a capture file: " + path + ": pcap and pcapng are read, also packed with gzip"
            + " or zstd");
    }

    private ConfigException unsupported(final int linkType) {
        return new ConfigException("link type " + linkType + " is not supported: " + path + ": supported are "
            + LinkType.supported());
    }

    private static int limited(final int snapLength) {
        return snapLength <= 0 || snapLength > UNLIMITED_SNAP_LENGTH ? UNLIMITED_SNAP_LENGTH : snapLength;
    }
}
