package io.millrace.bench.traffic;

import io.millrace.engine.burst.Burst;
import io.millrace.engine.flow.key.FlowKeys;
import io.millrace.engine.memory.OffHeapBlock;
import io.millrace.engine.memory.RawMemory;
import io.millrace.engine.parse.FlowHash;
import io.millrace.engine.parse.PacketParser;
import io.millrace.engine.parse.ParsedBurst;
import io.millrace.engine.port.FrameDescriptor;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Flows chosen by somebody who knows how Millrace hashes and believes to know its secret: of 512 candidates each, the
 * one whose hash falls into the same few thousand neighbouring places of a table for a million flows. Owned by one
 * thread.
 */
public final class HashFlood implements AutoCloseable {
    /** The secret with which replays hash, so that they repeat themselves. */
    public static final long REPLAY_SECRET = 0x6D69_6C6C_7261_6365L;
    /** Any other. */
    public static final long OTHER_SECRET = 0x0123_4567_89AB_CDEFL;

    private static final int BURST = 64;
    private static final int FRAME_BYTES = 60;
    private static final int FIRST_SHARED_BIT = 12;
    private static final int SHARED_BITS_MASK = 511;
    private static final int SERVER = 0xC612_0001;
    private static final int CLIENTS = 0x0A00_0000;
    private static final int SERVER_PORT = 40_001;
    private static final long START_US = 1_700_000_000_000_000L;
    private static final int PACKETS_PER_US = 15;

    private final FrameTemplate template = new FrameTemplate();
    private final Candidates candidates = new Candidates();
    private final int[] chosen;

    private HashFlood(final long secret, final int flows) {
        chosen = new int[flows];
        final Burst burst = new Burst(candidates);
        final ParsedBurst parsed = new ParsedBurst(BURST, new FlowHash(secret));
        final PacketParser parser = new PacketParser(parsed);
        final FlowKeys keys = new FlowKeys(parsed);
        int found = 0;
        while (found < flows) {
            final int first = candidates.next;
            burst.receive();
            parser.parse(burst);
            keys.compute(BURST);
            for (int slot = 0; slot < BURST && found < flows; slot++) {
                if ((keys.hash(slot) >>> FIRST_SHARED_BIT & SHARED_BITS_MASK) == 0) {
                    chosen[found++] = first + slot;
                }
            }
        }
    }

    /** Writes {@code packets} packets of {@code flows} such flows, each in turn. */
    public static void write(final Path file, final long secret, final int flows, final int packets)
        throws IOException {

        try (HashFlood flood = new HashFlood(secret, flows); PcapWriter writer = new PcapWriter(file)) {
            for (int i = 0; i < packets; i++) {
                flood.build(flood.chosen[i % flows]);
                writer.write(START_US + i / PACKETS_PER_US, flood.template.frame(), FRAME_BYTES);
            }
        }
    }

    @Override
    public void close() {
        candidates.close();
    }

    private void build(final int candidate) {
        template.build(FRAME_BYTES, FrameTemplate.payloadRoom(FRAME_BYTES, FrameTemplate.UDP, false), 0,
            FrameTemplate.UDP, true, CLIENTS | candidate & 0x00FF_FFFF, SERVER,
            1024 + (candidate >>> 24) << 16 | SERVER_PORT, 0, 0, 0);
    }

    /** One frame of each candidate, in order. */
    private final class Candidates extends EndlessSource {
        private final OffHeapBlock block =
            new OffHeapBlock((long) BURST * (FrameDescriptor.LENGTH + UdpFrame.STRIDE), false);
        private int next;

        @Override
        public int receive() {
            for (int slot = 0; slot < BURST; slot++) {
                build(next++);
                final long frame = block.address() + (long) BURST * FrameDescriptor.LENGTH
                    + (long) slot * UdpFrame.STRIDE;
                for (int i = 0; i < FRAME_BYTES; i++) {
                    RawMemory.putU8(frame + i, template.frame()[i]);
                }
                final long descriptor = block.address() + (long) slot * FrameDescriptor.LENGTH;
                describe(descriptor, frame, 0, FRAME_BYTES);
            }
            return BURST;
        }

        @Override
        public long frames() {
            return block.address();
        }

        @Override
        public void close() {
            block.close();
        }
    }
}
