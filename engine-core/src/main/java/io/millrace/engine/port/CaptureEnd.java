package io.millrace.engine.port;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Whether a capture file is whole, found by walking its records from the first: libpcap does not tell
 * how much of a damaged one it has read. Immutable; any thread.
 */
final class CaptureEnd {
    private final CaptureFile file;

    private record Interface(int linkType, int snapLengthBytes) {
    }

    CaptureEnd(final CaptureFile file) {
        this.file = file;
    }

    /**
     * Says what is wrong with the end of the file, once all that could be read was read.
     *
     * @param packets       packets that came out of it.
     * @param capturedBytes their captured bytes.
     * @param unpackedBytes length of the file once unpacked.
     * @return one line, or {@code null} where the file was whole.
     */
    String truncation(final long packets, final long capturedBytes, final long unpackedBytes) {
        final boolean adds = file.format() == CaptureFile.Format.PCAP
            && PcapFormat.HEADER_LENGTH + packets * PcapFormat.RECORD_HEADER_LENGTH + capturedBytes >= unpackedBytes;
        if (adds || !file.content().isRepeatable()) {
            return null;
        }
        try (InputStream stream = new BufferedInputStream(file.content().open())) {
            final long readBytes = file.format() == CaptureFile.Format.PCAP ? wholePcapBytes(stream, packets)
                : wholePcapngBytes(stream, packets);
            return readBytes >= unpackedBytes ? null
                : "capture file is cut or damaged: " + file.path() + ": " + (unpackedBytes - readBytes)
                    + " bytes after packet " + packets + " (byte " + readBytes
                    + ") were not read; everything before them was";
        } catch (final InterfaceDiffers e) {
            return "capture file has an interface of another link type or snap length at byte " + e.position + ": "
                + file.path() + ": no packets after packet " + packets + " were read: write it anew with editcap -F"
                + " pcap, or split it with tshark -Y frame.interface_id==0";
        } catch (final IOException e) {
            return "capture file could not be checked: " + file.path() + ": " + e.getMessage();
        }
    }

    private long wholePcapBytes(final InputStream stream, final long packets) throws IOException {
        final byte[] fileHeader = stream.readNBytes(PcapFormat.HEADER_LENGTH);
        final int minorVersion = ByteBuffer.wrap(fileHeader).order(file.byteOrder()).getShort(6);
        long position = PcapFormat.HEADER_LENGTH;
        for (long seen = 0; seen < packets; seen++) {
            final byte[] header = stream.readNBytes(PcapFormat.RECORD_HEADER_LENGTH);
            if (header.length < PcapFormat.RECORD_HEADER_LENGTH) {
                break;
            }
            final long length = capturedBytes(ByteBuffer.wrap(header).order(file.byteOrder()), minorVersion);
            if (!skip(stream, length)) {
                break;
            }
            position += PcapFormat.RECORD_HEADER_LENGTH + length;
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
            final byte[] start = stream.readNBytes(PcapngFormat.MIN_BLOCK_LENGTH);
            if (start.length < PcapngFormat.MIN_BLOCK_LENGTH) {
                return position;
            }
            final int type = ByteBuffer.wrap(start).order(order).getInt(0);
            if (type == PcapngFormat.SECTION_HEADER) {
                order = PcapngFormat.orderOf(start);
            }
            final long length = ByteBuffer.wrap(start).order(order).getInt(4) & 0xFFFF_FFFFL;
            final boolean isPacket = PcapngFormat.isPacket(type);
            if (!PcapngFormat.isPlausible(length) || isPacket && seen == packets) {
                return position;
            }
            final int body = (int) length - PcapngFormat.MIN_BLOCK_LENGTH;
            if (type == PcapngFormat.INTERFACE) {
                final byte[] rest = stream.readNBytes(body);
                if (rest.length < body || body < 8) {
                    return position;
                }
                final Interface described = new Interface(
                    ByteBuffer.wrap(start).order(order).getShort(8) & 0xFFFF,
                    ByteBuffer.wrap(rest).order(order).getInt(0));
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

    /** libpcap reads no further than an interface that is unlike the first. */
    private static final class InterfaceDiffers extends IOException {
        private static final long serialVersionUID = 1;

        private final long position;

        InterfaceDiffers(final long position) {
            super("interfaces differ");
            this.position = position;
        }
    }
}
