package io.millrace.binding.dpdk;

import static io.millrace.binding.fixture.Frames.drain;
import static io.millrace.binding.fixture.Frames.madeUp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.binding.fixture.DpdkStarted;
import io.millrace.binding.fixture.PcapFile;
import io.millrace.binding.fixture.PcapFile.Packet;
import io.millrace.binding.link.EnvironmentException;
import java.nio.file.Path;
import java.util.List;
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
    void shouldReceiveEveryPacketOfACaptureInOrderWithItsBytes() {
        final List<Packet> packets = madeUp(100, 60, MBUF_BYTES);

        assertThat(receiveAll(packets, BURST))
            .usingRecursiveFieldByFieldElementComparatorIgnoringFields("timeUs").isEqualTo(packets);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 200, 255})
    void shouldReceiveNoMoreThanTheLimitOfABurst(final int limit) {
        final List<Packet> packets = madeUp(600, 60, 128);

        assertThat(receiveAll(packets, limit))
            .usingRecursiveFieldByFieldElementComparatorIgnoringFields("timeUs").isEqualTo(packets);
    }

    @Test
    void shouldMakeOnePieceOfFramesLongerThanAnMbuf() {
        final List<Packet> packets = List.of(
            madeUp(0, 60), madeUp(1, MBUF_BYTES), madeUp(2, MBUF_BYTES + 1), madeUp(3, 9000), madeUp(4, 65_535),
            madeUp(5, 61));
        final Path file = PcapFile.write(directory.resolve("long.pcap"), packets);

        try (EthernetPort port = replay(file); RxBurst burst = port.burst(0, BURST)) {
            final List<Packet> received = drain(burst, burst::receive);

            assertThat(received).usingRecursiveFieldByFieldElementComparatorIgnoringFields("timeUs").isEqualTo(packets);
            assertThat(burst.linearized()).isEqualTo(3);
        }
    }

    @Test
    void shouldReceiveNothingFromAnEmptyCapture() {
        assertThat(receiveAll(List.of(), BURST)).isEmpty();
    }

    @Test
    void shouldGiveBackTheMbufsOfABurstThatIsClosedEarly() {
        final Path file = PcapFile.write(directory.resolve("early.pcap"), madeUp(BURST, 60, 2000));

        try (EthernetPort port = replay(file)) {
            final RxBurst burst = port.burst(0, BURST);
            assertThat(burst.receive()).isPositive();
            assertThat(pool.available()).isLessThan(MBUFS);

            burst.close();
            assertThat(pool.available()).isEqualTo(MBUFS);
            burst.close();
        }
    }

    @Test
    void shouldStampFramesWithTheWallClockWherePortsDoNot() {
        final Path file = PcapFile.write(directory.resolve("clock.pcap"), madeUp(3, 60, 60));
        final long beforeMs = System.currentTimeMillis();

        try (EthernetPort port = replay(file); RxBurst burst = port.burst(0, BURST)) {
            final List<Packet> received = drain(burst, burst::receive);

            assertThat(received).hasSize(3).allSatisfy(packet ->
                assertThat(packet.timeUs() / 1000).isBetween(beforeMs, System.currentTimeMillis()));
        }
    }

    @Test
    void shouldCountWhatItReceived() {
        final List<Packet> packets = madeUp(50, 60, 100);
        final Path file = PcapFile.write(directory.resolve("stats.pcap"), packets);

        try (EthernetPort port = replay(file); RxBurst burst = port.burst(0, BURST)) {
            drain(burst, burst::receive);
            final long bytes = packets.stream().mapToLong(packet -> packet.bytes().length).sum();

            assertThat(port.stats()).isEqualTo(new EthernetPort.Stats(50, bytes, 0, 0, 0));
            assertThat(port.extendedStats())
                .containsEntry("rx_good_packets", 50L).containsEntry("rx_good_bytes", bytes);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 513})
    void shouldRefuseABurstOfImpossibleLength(final int limit) {
        final Path file = PcapFile.write(directory.resolve("burst.pcap"), madeUp(1, 60, 60));

        try (EthernetPort port = replay(file)) {
            assertThatThrownBy(() -> port.burst(0, limit))
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
        try (EthernetPort port = replay(file); RxBurst burst = port.burst(0, limit)) {
            return drain(burst, burst::receive);
        }
    }

    private EthernetPort replay(final Path file) {
        final EthernetPort port = EthernetPort.attach("vdev", "net_pcap_" + name, "rx_pcap=" + file);
        port.configure(List.of(pool), 512);
        port.start();
        return port;
    }
}
