package io.millrace.engine.port;

import io.millrace.engine.config.ConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;

/**
 * What the header of a capture file says, and afterwards whether the file was whole. Packets are read by libpcap alone;
 * this looks only at the bytes around them, before a file is opened for reading and where it may have been cut.
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
                return new CaptureHead(path, content, stream).read();
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
        return new CaptureEnd(this).truncation(packets, capturedBytes, unpackedBytes);
    }
}
