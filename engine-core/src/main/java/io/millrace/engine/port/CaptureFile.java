package io.millrace.engine.port;

import io.millrace.engine.config.ConfigException;
import java.io.BufferedInputStream;
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
 * What the header of a capture file says, and afterwards whether the file was whole. Packets are read by DPDK alone;
 * this looks only at the bytes around them, because the driver passes on neither the link type nor a truncated end.
 * Immutable; any thread.
 *
 * <p>Sources: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
 *
 * @param path            the file; {@link CaptureContent#STANDARD_INPUT} for standard input.
 * @param format          container format.
 * @param linkType        link layer of all its packets.
 * @param snapLengthBytes longest packet that the capturing program kept; 262 144 where it set no limit.
 * @param byteOrder       byte order of the file.
 * @param sizeBytes       length of the file as it lies there; 0 of a stream.
 * @param firstPacketNs   time of the first packet, nanoseconds since the Unix epoch; 0 of a stream and where there is
 *                        none.
 * @param content         its bytes.
 * @param note            what is left out of it, in one line; {@code null} nothing.
 */
public record CaptureFile(
    Path path,
    Format format,
    LinkType linkType,
    int snapLengthBytes,
    ByteOrder byteOrder,
    long sizeBytes,
    long firstPacketNs,
    CaptureContent content,
    String note) {

    /** Container format. */
    public enum Format {
        /** Classic libpcap file. */
        PCAP,
        /** Sections and blocks. */
        PCAPNG
    }

    private static final int PCAP_MICROSECONDS = 0xA1B2C3D4;
    private static final int PCAP_NANOSECONDS = 0xA1B23C4D;
    private static final int PCAP_HEADER_LENGTH = 24;
    private static final int PCAP_RECORD_HEADER_LENGTH = 16;
    /** What stands above it tells whether frames end in a checksum, and how long that is. */
    private static final int LINK_TYPE_MASK = 0xFFFF;
    private static final int MAX_HEAD_BYTES = 32 << 20;
    private static final int UNLIMITED_SNAP_LENGTH = 262_144;
    private static final int TIME_RESOLUTION_OPTION = 9;
    private static final int MICROSECONDS_EXPONENT = 6;
    private static final int NANOSECONDS_EXPONENT = 9;
    private static final long NS_PER_S = 1_000_000_000L;
    private static final long NS_PER_US = 1000;

    /** An interface of a pcapng. */
    private record Interface(int linkType, int snapLengthBytes, int resolution) {
    }

    /**
     * Reads the header of a file, of the first part where it has several.
     *
     * @throws ConfigException as {@link #openAll}.
     */
    public static CaptureFile open(final Path path) {
        return openAll(path).getFirst();
    }

    /**
     * Reads the header of a file; a pcapng whose interfaces have different link types becomes one part for each of
     * them.
     *
     * @throws ConfigException where the file is missing, not readable, not a capture, or of a link type that the
     *                         parser does not understand.
     */
    public static List<CaptureFile> openAll(final Path path) {
        try {
            final CaptureContent content = CaptureContent.of(path);
            final InputStream stream = content.open();
            try {
                return new Header(path, content, stream).read();
            } finally {
                if (content.isRepeatable()) {
                    stream.close();
                }
            }
        } catch (final IOException e) {
            throw new ConfigException("capture file cannot be read: " + path + ": " + e.getMessage());
        }
    }

    /**
     * Says what is wrong with the end of the file, once all that could be read was read.
     *
     * @param packets       packets that came out of it.
     * @param capturedBytes their captured bytes.
     * @return one line, or {@code null} where the file was whole.
     */
    public String truncation(final long packets, final long capturedBytes) {
        return truncation(packets, capturedBytes, sizeBytes);
    }

    /** The same for a file of {@code unpackedBytes} once unpacked. */
    String truncation(final long packets, final long capturedBytes, final long unpackedBytes) {
        final boolean adds = format == Format.PCAP
            && PCAP_HEADER_LENGTH + packets * PCAP_RECORD_HEADER_LENGTH + capturedBytes >= unpackedBytes;
        if (adds || !content.isRepeatable()) {
            return null;
        }
        try (InputStream stream = new BufferedInputStream(content.open())) {
            final long readBytes = format == Format.PCAP ? wholePcapBytes(stream, packets)
                : wholePcapngBytes(stream, packets);
            return readBytes >= unpackedBytes ? null
                : "capture file is cut or damaged: " + path + ": " + (unpackedBytes - readBytes) + " bytes after packet "
                    + packets + " (byte " + readBytes + ") were not read; everything before them was";
        } catch (final InterfaceDiffers e) {
            return "capture file has an interface of another link type or snap length at byte " + e.position + ": " + path
                + ": no packets after packet " + packets + " were read: write it anew with editcap -F pcap, or split it"
                + " with tshark -Y frame.interface_id==0";
        } catch (final IOException e) {
            return "capture file could not be checked: " + path + ": " + e.getMessage();
        }
    }

    private long wholePcapBytes(final InputStream stream, final long packets) throws IOException {
        final int minorVersion = ByteBuffer.wrap(stream.readNBytes(PCAP_HEADER_LENGTH)).order(byteOrder).getShort(6);
        long position = PCAP_HEADER_LENGTH;
        for (long seen = 0; seen < packets; seen++) {
            final byte[] header = stream.readNBytes(PCAP_RECORD_HEADER_LENGTH);
            if (header.length < PCAP_RECORD_HEADER_LENGTH) {
                break;
            }
            final long length = capturedBytes(ByteBuffer.wrap(header).order(byteOrder), minorVersion);
            if (!skip(stream, length)) {
                break;
            }
            position += PCAP_RECORD_HEADER_LENGTH + length;
        }
        return position;
    }

    /** Version 2.2 and those before it had the two lengths of a packet the other way round, 2.3 one or the other. */
    private static long capturedBytes(final ByteBuffer recordHeader, final int minorVersion) {
        final long first = recordHeader.getInt(8) & 0xFFFF_FFFFL;
        final long second = recordHeader.getInt(12) & 0xFFFF_FFFFL;
        return minorVersion < 3 || minorVersion == 3 && first > second ? second : first;
    }

    private static long wholePcapngBytes(final InputStream stream, final long packets) throws IOException {
        ByteOrder order = ByteOrder.LITTLE_ENDIAN;
        long position = 0;
        long seen = 0;
        Interface first = null;
        while (true) {
            final byte[] start = stream.readNBytes(UnifiedPcapng.MIN_BLOCK_LENGTH);
            if (start.length < UnifiedPcapng.MIN_BLOCK_LENGTH) {
                return position;
            }
            final int type = ByteBuffer.wrap(start).order(order).getInt(0);
            if (type == UnifiedPcapng.SECTION_HEADER) {
                order = orderOf(start);
            }
            final long length = ByteBuffer.wrap(start).order(order).getInt(4) & 0xFFFF_FFFFL;
            final boolean plausible = length >= UnifiedPcapng.MIN_BLOCK_LENGTH && length % 4 == 0
                && length <= UnifiedPcapng.MAX_BLOCK_LENGTH;
            final boolean isPacket = isPacket(type);
            if (!plausible || isPacket && seen == packets) {
                return position;
            }
            final int body = (int) length - UnifiedPcapng.MIN_BLOCK_LENGTH;
            if (type == UnifiedPcapng.INTERFACE) {
                final byte[] rest = stream.readNBytes(body);
                if (rest.length < body || body < 8) {
                    return position;
                }
                final Interface described = new Interface(
                    ByteBuffer.wrap(start).order(order).getShort(8) & 0xFFFF, ByteBuffer.wrap(rest).order(order).getInt(0),
                    0);
                if (first != null && !first.equals(described)) {
                    throw new InterfaceDiffers(position);
                }
                first = described;
            } else if (!skip(stream, body)) {
                return position;
            }
            seen += isPacket ? 1 : 0;
            position += length;
        }
    }

    private static boolean skip(final InputStream stream, final long length) throws IOException {
        long left = length;
        while (left > 0) {
            final long skipped = stream.skip(left);
            if (skipped == 0 && stream.read() < 0) {
                return false;
            }
            left -= skipped == 0 ? 1 : skipped;
        }
        return true;
    }

    private static boolean isPacket(final int type) {
        return type == UnifiedPcapng.ENHANCED_PACKET || type == UnifiedPcapng.SIMPLE_PACKET
            || type == UnifiedPcapng.PACKET;
    }

    private static ByteOrder orderOf(final byte[] sectionHeader) {
        return ByteBuffer.wrap(sectionHeader).order(ByteOrder.LITTLE_ENDIAN).getInt(8) == UnifiedPcapng.BYTE_ORDER_MAGIC
            ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    }

    private static int limited(final int snapLength) {
        return snapLength <= 0 || snapLength > UNLIMITED_SNAP_LENGTH ? UNLIMITED_SNAP_LENGTH : snapLength;
    }

    /** libpcap reads no further than an interface that is unlike the first. */
    private static final class InterfaceDiffers extends IOException {
        private static final long serialVersionUID = 1;

        private final long position;

        InterfaceDiffers(final long position) {
            super("interfaces differ");
            this.position = position;
        }
    }

    /** Reads a capture from its first byte to its first packet, and no further: a stream may have no more yet. */
    private static final class Header {
        private final Path path;
        private final CaptureContent content;
        private final InputStream stream;
        private byte[] bytes = {};

        Header(final Path path, final CaptureContent content, final InputStream stream) {
            this.path = path;
            this.content = content;
            this.stream = stream;
        }

        List<CaptureFile> read() throws IOException {
            if (!has(PCAP_HEADER_LENGTH)) {
                if (bytes.length == 0) {
                    throw new ConfigException("capture file is empty: " + path + ": capture again");
                }
                throw notACapture();
            }
            return at(ByteOrder.LITTLE_ENDIAN).getInt(0) == UnifiedPcapng.SECTION_HEADER ? pcapng() : List.of(pcap());
        }

        private CaptureFile pcap() throws IOException {
            final int littleEndian = at(ByteOrder.LITTLE_ENDIAN).getInt(0);
            final int bigEndian = Integer.reverseBytes(littleEndian);
            final ByteOrder order;
            if (littleEndian == PCAP_MICROSECONDS || littleEndian == PCAP_NANOSECONDS) {
                order = ByteOrder.LITTLE_ENDIAN;
            } else if (bigEndian == PCAP_MICROSECONDS || bigEndian == PCAP_NANOSECONDS) {
                order = ByteOrder.BIG_ENDIAN;
            } else {
                throw notACapture();
            }
            final ByteBuffer header = at(order);
            final int linkType = header.getInt(20) & LINK_TYPE_MASK;
            if (LinkType.of(linkType) == null) {
                throw unsupported(linkType);
            }
            final boolean nanoseconds = header.getInt(0) == PCAP_NANOSECONDS;
            long firstNs = 0;
            if (content.isRepeatable() && has(PCAP_HEADER_LENGTH + PCAP_RECORD_HEADER_LENGTH)) {
                final ByteBuffer record = at(order);
                firstNs = Integer.toUnsignedLong(record.getInt(PCAP_HEADER_LENGTH)) * NS_PER_S
                    + record.getInt(PCAP_HEADER_LENGTH + 4) * (nanoseconds ? 1 : NS_PER_US);
            }
            return file(Format.PCAP, linkType, header.getInt(16), order, firstNs, content, null);
        }

        private List<CaptureFile> pcapng() throws IOException {
            final int magic = at(ByteOrder.LITTLE_ENDIAN).getInt(8);
            if (magic != UnifiedPcapng.BYTE_ORDER_MAGIC && Integer.reverseBytes(magic) != UnifiedPcapng.BYTE_ORDER_MAGIC) {
                throw notACapture();
            }
            final ByteOrder order = orderOf(bytes);
            final List<Interface> interfaces = new ArrayList<>();
            long firstNs = 0;
            int position = 0;
            while (has(position + 16)) {
                final int type = at(order).getInt(position);
                final long length = at(order).getInt(position + 4) & 0xFFFF_FFFFL;
                final boolean plausible = length >= UnifiedPcapng.MIN_BLOCK_LENGTH
                    && length <= UnifiedPcapng.MAX_BLOCK_LENGTH && length % 4 == 0;
                if (isPacket(type) || !plausible) {
                    firstNs = type == UnifiedPcapng.ENHANCED_PACKET && has(position + 20)
                        ? timeNs(order, position, interfaces) : 0;
                    break;
                }
                if (type == UnifiedPcapng.INTERFACE) {
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
                return List.of(file(Format.PCAPNG, linkTypes[0], snapLengths[0], order, firstNs, content, null));
            }
            final int longest = Arrays.stream(snapLengths).map(CaptureFile::limited).max().orElseThrow();
            final List<CaptureFile> parts = new ArrayList<>();
            for (final int linkType : known) {
                final String note = parts.isEmpty() && known.length < linkTypes.length
                    ? "capture file has packets of a link type that is not supported: " + path + ": they were not read"
                    : null;
                parts.add(file(Format.PCAPNG, linkType, longest, order, firstNs,
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
            final Format format,
            final int linkType,
            final int snapLength,
            final ByteOrder order,
            final long firstNs,
            final CaptureContent from,
            final String note) throws IOException {

            final long size = content.isRepeatable() ? Files.size(path) : 0;
            return new CaptureFile(path, format, LinkType.of(linkType), limited(snapLength), order, size, firstNs,
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
    }
}
