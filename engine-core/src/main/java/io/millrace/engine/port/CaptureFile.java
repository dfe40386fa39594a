package io.millrace.engine.port;

import io.millrace.engine.config.ConfigException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What the header of a capture file says, and afterwards whether the file was whole. Packets are read by DPDK alone;
 * this looks only at the bytes around them, because the driver passes on neither the link type nor a truncated end.
 * Immutable; any thread.
 *
 * <p>Sources: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
 *
 * @param path            the file.
 * @param format          container format.
 * @param linkType        link layer of all its packets.
 * @param snapLengthBytes longest packet that the capturing program kept; 262 144 where it set no limit.
 * @param byteOrder       byte order of the file.
 * @param sizeBytes       length of the file.
 */
public record CaptureFile(
    Path path, Format format, LinkType linkType, int snapLengthBytes, ByteOrder byteOrder, long sizeBytes) {

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
    private static final int PCAPNG_SECTION_HEADER = 0x0A0D0D0A;
    private static final int PCAPNG_BYTE_ORDER_MAGIC = 0x1A2B3C4D;
    private static final int PCAPNG_INTERFACE = 1;
    private static final int PCAPNG_PACKET = 2;
    private static final int PCAPNG_SIMPLE_PACKET = 3;
    private static final int PCAPNG_ENHANCED_PACKET = 6;
    private static final int PCAPNG_MIN_BLOCK_LENGTH = 12;
    private static final int PCAPNG_MAX_BLOCK_LENGTH = 16 << 20;
    private static final int MAX_BLOCKS_BEFORE_INTERFACE = 1024;
    private static final int UNLIMITED_SNAP_LENGTH = 262_144;

    /**
     * Reads the header of a file.
     *
     * @throws ConfigException where the file is missing, not readable, not a capture, or of a link type that the
     *                         parser does not understand.
     */
    public static CaptureFile open(final Path path) {
        if (!Files.exists(path)) {
            throw new ConfigException("capture file does not exist: " + path + ": check the path");
        }
        if (Files.isDirectory(path)) {
            throw new ConfigException("capture file is a directory: " + path + ": name the files in it");
        }
        if (!Files.isRegularFile(path)) {
            throw new ConfigException("capture file is a pipe or a device: " + path + ": copy it to a file first");
        }
        if (!Files.isReadable(path)) {
            throw new ConfigException("capture file may not be read: " + path + ": change its permissions");
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            final ByteBuffer header = read(channel, 0, PCAP_HEADER_LENGTH);
            if (header.remaining() == 0) {
                throw new ConfigException("capture file is empty: " + path + ": capture again");
            }
            if (header.remaining() < PCAP_HEADER_LENGTH) {
                throw notACapture(path);
            }
            header.order(ByteOrder.LITTLE_ENDIAN);
            if (header.getInt(0) == PCAPNG_SECTION_HEADER) {
                return openPcapng(path, channel, header);
            }
            return openPcap(path, channel, header);
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
        final long readBytes;
        if (format == Format.PCAP) {
            readBytes = PCAP_HEADER_LENGTH + packets * PCAP_RECORD_HEADER_LENGTH + capturedBytes;
        } else {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                readBytes = wholePcapngBytes(channel, packets);
            } catch (final IOException e) {
                return "capture file could not be checked: " + path + ": " + e.getMessage();
            }
        }
        if (readBytes >= sizeBytes) {
            return null;
        }
        return "capture file is cut or damaged: " + path + ": " + (sizeBytes - readBytes) + " bytes after packet "
            + packets + " (byte " + readBytes + ") were not read; everything before them was";
    }

    private static CaptureFile openPcap(final Path path, final FileChannel channel, final ByteBuffer header)
        throws IOException {
        final int littleEndian = header.getInt(0);
        final int bigEndian = Integer.reverseBytes(littleEndian);
        final ByteOrder order;
        if (littleEndian == PCAP_MICROSECONDS || littleEndian == PCAP_NANOSECONDS) {
            order = ByteOrder.LITTLE_ENDIAN;
        } else if (bigEndian == PCAP_MICROSECONDS || bigEndian == PCAP_NANOSECONDS) {
            order = ByteOrder.BIG_ENDIAN;
        } else {
            throw notACapture(path);
        }
        header.order(order);
        final int snapLength = header.getInt(16);
        final int linkType = header.getInt(20) & 0x0FFF_FFFF;
        return new CaptureFile(
            path, Format.PCAP, requireLinkType(path, linkType), limited(snapLength), order, channel.size());
    }

    private static CaptureFile openPcapng(final Path path, final FileChannel channel, final ByteBuffer header)
        throws IOException {
        final int magic = header.getInt(8);
        final ByteOrder order;
        if (magic == PCAPNG_BYTE_ORDER_MAGIC) {
            order = ByteOrder.LITTLE_ENDIAN;
        } else if (Integer.reverseBytes(magic) == PCAPNG_BYTE_ORDER_MAGIC) {
            order = ByteOrder.BIG_ENDIAN;
        } else {
            throw notACapture(path);
        }
        long position = 0;
        for (int block = 0; block < MAX_BLOCKS_BEFORE_INTERFACE; block++) {
            final ByteBuffer start = read(channel, position, 16).order(order);
            if (start.remaining() < 16) {
                break;
            }
            final long length = start.getInt(4) & 0xFFFF_FFFFL;
            if (start.getInt(0) == PCAPNG_INTERFACE) {
                final int linkType = start.getShort(8) & 0xFFFF;
                return new CaptureFile(path, Format.PCAPNG, requireLinkType(path, linkType),
                    limited(start.getInt(12)), order, channel.size());
            }
            if (length < PCAPNG_MIN_BLOCK_LENGTH) {
                break;
            }
            position += length;
        }
        throw new ConfigException("capture file describes no interface: " + path + ": capture again");
    }

    private long wholePcapngBytes(final FileChannel channel, final long packets) throws IOException {
        final ByteBuffer start = ByteBuffer.allocate(8).order(byteOrder);
        long position = 0;
        long seen = 0;
        while (position + PCAPNG_MIN_BLOCK_LENGTH <= sizeBytes) {
            start.clear();
            channel.read(start, position);
            final int type = start.getInt(0);
            final long length = start.getInt(4) & 0xFFFF_FFFFL;
            final boolean plausible = length >= PCAPNG_MIN_BLOCK_LENGTH && length % 4 == 0
                && length <= PCAPNG_MAX_BLOCK_LENGTH && position + length <= sizeBytes;
            final boolean isPacket =
                type == PCAPNG_ENHANCED_PACKET || type == PCAPNG_SIMPLE_PACKET || type == PCAPNG_PACKET;
            if (!plausible || isPacket && seen == packets) {
                return position;
            }
            seen += isPacket ? 1 : 0;
            position += length;
        }
        return position;
    }

    private static LinkType requireLinkType(final Path path, final int number) {
        final LinkType type = LinkType.of(number);
        if (type == null) {
            throw new ConfigException("link type " + number + " is not supported: " + path
                + ": supported are " + LinkType.supported());
        }
        return type;
    }

    private static int limited(final int snapLength) {
        return snapLength <= 0 || snapLength > UNLIMITED_SNAP_LENGTH ? UNLIMITED_SNAP_LENGTH : snapLength;
    }

    private static ConfigException notACapture(final Path path) {
        return new ConfigException("not a capture file: " + path + ": pcap and pcapng are read");
    }

    private static ByteBuffer read(final FileChannel channel, final long position, final int length)
        throws IOException {
        final ByteBuffer buffer = ByteBuffer.allocate(length);
        int total = 0;
        while (total < length) {
            final int count = channel.read(buffer, position + total);
            if (count < 0) {
                break;
            }
            total += count;
        }
        return buffer.flip();
    }
}
