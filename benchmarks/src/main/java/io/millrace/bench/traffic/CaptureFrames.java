package io.millrace.bench.traffic;

import io.millrace.engine.port.CaptureFile;
import io.millrace.engine.port.LinkType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The frames of a small capture as bytes, for what needs them without a port. Plain files of any link type that the
 * engine knows.
 *
 * @param linkType link layer of all of them.
 * @param frames   in the order of the file.
 */
public record CaptureFrames(LinkType linkType, List<byte[]> frames) {
    private static final int PCAP_HEADER_LENGTH = 24;
    private static final int RECORD_HEADER_LENGTH = 16;
    private static final int CAPTURED_LENGTH = 8;
    private static final int ENHANCED_PACKET = 6;
    private static final int ENHANCED_CAPTURED_LENGTH = 20;
    private static final int ENHANCED_HEADER_LENGTH = 28;
    private static final int MIN_BLOCK_LENGTH = 12;

    /** Reads a file; frames behind damage are left out. */
    public static CaptureFrames read(final Path capture) throws IOException {
        final CaptureFile file = CaptureFile.open(capture);
        final ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(capture)).order(file.byteOrder());
        final List<byte[]> frames = new ArrayList<>();
        int at = file.format() == CaptureFile.Format.PCAP ? PCAP_HEADER_LENGTH : 0;
        while (at + RECORD_HEADER_LENGTH <= bytes.limit()) {
            final boolean pcap = file.format() == CaptureFile.Format.PCAP;
            final boolean packet = pcap || bytes.getInt(at) == ENHANCED_PACKET;
            final int lengthAt = at + (pcap ? CAPTURED_LENGTH : ENHANCED_CAPTURED_LENGTH);
            final int frameAt = at + (pcap ? RECORD_HEADER_LENGTH : ENHANCED_HEADER_LENGTH);
            if (packet && frameAt > bytes.limit()) {
                break;
            }
            final int length = packet ? bytes.getInt(lengthAt) : 0;
            final int step = pcap ? RECORD_HEADER_LENGTH + length : bytes.getInt(at + 4);
            if (length < 0 || length > bytes.limit() - frameAt && packet || !pcap && step < MIN_BLOCK_LENGTH) {
                break;
            }
            if (packet) {
                final byte[] frame = new byte[length];
                bytes.get(frameAt, frame);
                frames.add(frame);
            }
            at += step;
        }
        return new CaptureFrames(file.linkType(), frames);
    }
}
