package io.millrace.bench.traffic;

import io.millrace.engine.memory.RawMemory;

/** The shortest UDP frame, 64 bytes on the wire with its checksum, in memory outside the heap. Stateless. */
public final class UdpFrame {
    /** Bytes of the frame as it is captured. */
    public static final int LENGTH = 60;
    /** Bytes from one frame to the next, a cache line. */
    public static final int STRIDE = 64;

    private static final int IP = 14;
    private static final int UDP = IP + 20;
    private static final int SERVER_PORT = 40_001;

    private UdpFrame() {
    }

    /** Writes all of a frame into zeroed memory; addresses are IPv4 as numbers. */
    public static void write(final long frame, final int client, final int clientPort, final int server) {
        putBigEndian(frame + 12, 0x0800);
        RawMemory.putU8(frame + IP, 0x45);
        putBigEndian(frame + IP + 2, LENGTH - IP);
        RawMemory.putU8(frame + IP + 8, 64);
        RawMemory.putU8(frame + IP + 9, 17);
        RawMemory.putI32(frame + IP + 16, Integer.reverseBytes(server));
        putBigEndian(frame + UDP + 2, SERVER_PORT);
        putBigEndian(frame + UDP + 4, LENGTH - UDP);
        client(frame, client, clientPort);
    }

    /** Gives a written frame another sender. */
    public static void client(final long frame, final int client, final int port) {
        RawMemory.putI32(frame + IP + 12, Integer.reverseBytes(client));
        putBigEndian(frame + UDP, port);
    }

    private static void putBigEndian(final long address, final int value) {
        RawMemory.putU8(address, value >> 8);
        RawMemory.putU8(address + 1, value);
    }
}
