package io.millrace.binding.dpdk;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.binding.fixture.DpdkStarted;
import io.millrace.binding.fixture.PcapFile;
import io.millrace.binding.fixture.PcapFile.Packet;
import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.link.NativeMemory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** DPDK's {@code net_pcap} for real: files in, frames out. */
@ExtendWith(DpdkStarted.class)
final class EthernetPortTest {
    private static final int MBUFS = 255;
    private static final int MBUF_BYTES = 512;
    private static final int BURST = 32;
    private static final int MICROSECONDS = 1000;
    private static final long START_US = 1_700_000_000_999_990L;

    private static int nextNumber;

    private final String name = "test" + nextNumber++;
    private final Mempool pool = Mempool.create("pool-" + name, MBUFS, 0, MBUF_BYTES, Mempool.ANY_SOCKET);

    @TempDir
    private Path directory;

    @AfterEach
    void everyMbufIsBack() {
        assertThat(pool.available()).isEqualTo(MBUFS);
        pool.close();
    }

    @Test
    void shouldReceiveEveryPacketOfACaptureInOrderWithItsBytesAndTime() {
        final List<Packet> packets = packets(100, 60, MBUF_BYTES);

        assertThat(receiveAll(packets, BURST)).usingRecursiveFieldByFieldElementComparator().isEqualTo(packets);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 200, 255})
    void shouldReceiveNoMoreThanTheLimitOfABurst(final int limit) {
        final List<Packet> packets = packets(600, 60, 128);

        assertThat(receiveAll(packets, limit)).usingRecursiveFieldByFieldElementComparator().isEqualTo(packets);
    }

    @Test
    void shouldMakeOnePieceOfFramesLongerThanAnMbuf() {
        final List<Packet> packets = List.of(
            packet(0, 60), packet(1, MBUF_BYTES), packet(2, MBUF_BYTES + 1), packet(3, 9000), packet(4, 65_535),
            packet(5, 61));
        final Path file = PcapFile.write(directory.resolve("long.pcap"), packets);

        try (EthernetPort port = replay(file); RxBurst burst = port.burst(0, BURST, MICROSECONDS)) {
            final List<Packet> received = drain(burst);

            assertThat(received).usingRecursiveFieldByFieldElementComparator().isEqualTo(packets);
            assertThat(burst.linearized()).isEqualTo(3);
        }
    }

    @Test
    void shouldReadNoFurtherThanWhatTheDriverKeptOfAFrameThatIsTooLongForIt() {
        final Path file = PcapFile.write(directory.resolve("huge.pcap"), List.of(packet(0, 70_000), packet(1, 61)));

        try (EthernetPort port = replay(file); RxBurst burst = port.burst(0, BURST, MICROSECONDS)) {
            assertThat(burst.receive()).isEqualTo(2);
            final long huge = burst.frames();
            assertThat(NativeMemory.ALL.get(JAVA_INT, huge + RxBurst.PACKET_LENGTH_OFFSET)).isEqualTo(70_000);
            assertThat(NativeMemory.ALL.get(JAVA_INT, huge + RxBurst.CAPTURED_LENGTH_OFFSET))
                .isBetween(1, 70_000 - 1);
            assertThat(read(huge + RxBurst.FRAME_LENGTH)).usingRecursiveComparison().isEqualTo(packet(1, 61));
            assertThat(burst.receive()).isZero();
        }
    }

    @Test
    void shouldReceiveNothingFromAnEmptyCapture() {
        assertThat(receiveAll(List.of(), BURST)).isEmpty();
    }

    @Test
    void shouldGiveBackTheMbufsOfABurstThatIsClosedEarly() {
        final Path file = PcapFile.write(directory.resolve("early.pcap"), packets(BURST, 60, 2000));

        try (EthernetPort port = replay(file)) {
            final RxBurst burst = port.burst(0, BURST, MICROSECONDS);
            assertThat(burst.receive()).isPositive();
            assertThat(pool.available()).isLessThan(MBUFS);

            burst.close();
            assertThat(pool.available()).isEqualTo(MBUFS);
            burst.close();
        }
    }

    @Test
    void shouldStampFramesWithTheWallClockWherePortsDoNot() {
        final Path file = PcapFile.write(directory.resolve("clock.pcap"), packets(3, 60, 60));
        final long beforeMs = System.currentTimeMillis();

        try (EthernetPort port = replay(file); RxBurst burst = port.burst(0, BURST, 0)) {
            final List<Packet> received = drain(burst);

            assertThat(received).hasSize(3).allSatisfy(packet ->
                assertThat(packet.timeUs() / 1000).isBetween(beforeMs, System.currentTimeMillis()));
        }
    }

    @Test
    void shouldCountWhatItReceived() {
        final List<Packet> packets = packets(50, 60, 100);
        final Path file = PcapFile.write(directory.resolve("stats.pcap"), packets);

        try (EthernetPort port = replay(file); RxBurst burst = port.burst(0, BURST, MICROSECONDS)) {
            drain(burst);
            final long bytes = packets.stream().mapToLong(packet -> packet.bytes().length).sum();

            assertThat(port.stats()).isEqualTo(new EthernetPort.Stats(50, bytes, 0, 0, 0));
            assertThat(port.extendedStats())
                .containsEntry("rx_good_packets", 50L).containsEntry("rx_good_bytes", bytes);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 513})
    void shouldRefuseABurstOfImpossibleLength(final int limit) {
        final Path file = PcapFile.write(directory.resolve("burst.pcap"), packets(1, 60, 60));

        try (EthernetPort port = replay(file)) {
            assertThatThrownBy(() -> port.burst(0, limit, MICROSECONDS))
                .isInstanceOf(EnvironmentException.class)
                .hasMessageContaining("--burst takes 1 to 512");
        }
    }

    @Test
    void shouldSayWhichPortCannotBeOpenedAndWhy() {
        final Path missing = directory.resolve("missing.pcap");

        assertThatThrownBy(() -> EthernetPort.attach("vdev", "net_pcap_" + name, "rx_pcap=" + missing))
            .isInstanceOf(EnvironmentException.class)
            .hasMessageStartingWith("cannot open port net_pcap_" + name + ": ")
            .hasMessageContaining(missing + ": No such file or directory")
            .message().doesNotContain("\n");
    }

    @Test
    void shouldRefuseADriverThatDoesNotExist() {
        assertThatThrownBy(() -> EthernetPort.attach("vdev", "net_no_such_driver0", ""))
            .isInstanceOf(EnvironmentException.class)
            .hasMessageContaining("net_no_such_driver0");
    }

    @Test
    void shouldSayWhatToLowerWhenAPoolDoesNotFit() {
        assertThatThrownBy(() -> Mempool.create("pool-too-large", 10_000_000, 0, 2048, Mempool.ANY_SOCKET))
            .isInstanceOf(EnvironmentException.class)
            .hasMessageContaining("no memory for 10000000 mbufs of 2048 bytes")
            .hasMessageContaining("lower --mempool or --mbuf-size");
    }

    @Test
    void shouldRefuseMbufsLongerThanDpdkCanMakeThem() {
        assertThatThrownBy(() -> Mempool.create("pool-too-long", 8, 0, 65_535, Mempool.ANY_SOCKET))
            .isInstanceOf(EnvironmentException.class)
            .hasMessageContaining("no memory for 8 mbufs of 65535 bytes");
    }

    private List<Packet> receiveAll(final List<Packet> packets, final int limit) {
        final Path file = PcapFile.write(directory.resolve("capture.pcap"), packets);
        try (EthernetPort port = replay(file); RxBurst burst = port.burst(0, limit, MICROSECONDS)) {
            return drain(burst);
        }
    }

    private EthernetPort replay(final Path file) {
        final EthernetPort port = EthernetPort.attach("vdev", "net_pcap_" + name, "rx_pcap=" + file);
        port.configure(List.of(pool), 512);
        port.start();
        return port;
    }

    private static List<Packet> drain(final RxBurst burst) {
        final List<Packet> received = new ArrayList<>();
        for (int count = burst.receive(); count > 0; count = burst.receive()) {
            for (int slot = 0; slot < count; slot++) {
                received.add(read(burst.frames() + (long) slot * RxBurst.FRAME_LENGTH));
            }
        }
        return received;
    }

    private static Packet read(final long frame) {
        final long address = NativeMemory.ALL.get(JAVA_LONG, frame + RxBurst.ADDRESS_OFFSET);
        final int length = NativeMemory.ALL.get(JAVA_INT, frame + RxBurst.CAPTURED_LENGTH_OFFSET);
        assertThat(NativeMemory.ALL.get(JAVA_INT, frame + RxBurst.VLAN_TCI_OFFSET)).isZero();
        return new Packet(
            NativeMemory.ALL.get(JAVA_LONG, frame + RxBurst.TIMESTAMP_NS_OFFSET) / 1000,
            NativeMemory.ALL.asSlice(address, length).toArray(JAVA_BYTE));
    }

    private static List<Packet> packets(final int count, final int minLength, final int maxLength) {
        final SplittableRandom lengths = new SplittableRandom(count);
        return IntStream.range(0, count)
            .mapToObj(number -> packet(number, lengths.nextInt(minLength, maxLength + 1)))
            .toList();
    }

    private static Packet packet(final int number, final int length) {
        final byte[] bytes = new byte[length];
        new SplittableRandom(number).nextBytes(bytes);
        return new Packet(START_US + number, bytes);
    }
}
