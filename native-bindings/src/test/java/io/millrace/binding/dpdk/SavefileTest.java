package io.millrace.binding.dpdk;

import static io.millrace.binding.fixture.Frames.drain;
import static io.millrace.binding.fixture.Frames.madeUp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.binding.fixture.DpdkStarted;
import io.millrace.binding.fixture.Frames;
import io.millrace.binding.fixture.PcapFile;
import io.millrace.binding.fixture.PcapFile.Packet;
import io.millrace.binding.link.EnvironmentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files in, frames out. */
@ExtendWith(DpdkStarted.class)
final class SavefileTest {
    private static final int MBUFS = 255;
    private static final int MBUF_BYTES = 512;
    private static final int BURST = 32;
    private static final int LAST_BYTES_CUT = 3;

    private static int nextNumber;

    private final Mempool pool = Mempool.create("savefile-" + nextNumber++, MBUFS, 0, MBUF_BYTES, Mempool.ANY_SOCKET);

    @TempDir
    private Path directory;

    @AfterEach
    void everyMbufIsBack() {
        assertThat(pool.available()).isEqualTo(MBUFS);
        pool.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, BURST, 255})
    void shouldReceiveEveryPacketInOrderWithItsBytesAndTime(final int limit) {
        final List<Packet> packets = Frames.madeUp(600, 60, 128);

        assertThat(receiveAll(packets, limit)).usingRecursiveFieldByFieldElementComparator().isEqualTo(packets);
    }

    @Test
    void shouldMakeOnePieceOfFramesLongerThanAnMbuf() {
        final List<Packet> packets = List.of(
            madeUp(0, 60), madeUp(1, MBUF_BYTES), madeUp(2, MBUF_BYTES + 1), madeUp(3, 9000), madeUp(4, 65_535),
            madeUp(5, 61));

        assertThat(receiveAll(packets, 1)).usingRecursiveFieldByFieldElementComparator().isEqualTo(packets);
    }

    @Test
    void shouldKeepAsMuchOfAFrameAsFitsTheLongestIpPacket() {
        final Packet huge = madeUp(0, 70_000);
        final List<Packet> received = receiveAll(List.of(huge, madeUp(1, 61)), 1);

        assertThat(received).hasSize(2);
        assertThat(received.getFirst().bytes())
            .isEqualTo(Arrays.copyOf(huge.bytes(), RxBurst.MAX_FRAME_BYTES));
        assertThat(received.getLast()).usingRecursiveComparison().isEqualTo(madeUp(1, 61));
    }

    @Test
    void shouldReceiveNothingFromAnEmptyCapture() {
        assertThat(receiveAll(List.of(), BURST)).isEmpty();
    }

    @Test
    void shouldGiveBackTheMbufsOfABurstThatIsClosedEarly() {
        final Path file = PcapFile.write(directory.resolve("early.pcap"), Frames.madeUp(BURST, 60, 2000));

        try (Savefile savefile = open(file)) {
            final RxBurst burst = savefile.burst(BURST);
            assertThat(burst.receiveWaiting()).isPositive();
            assertThat(pool.available()).isLessThan(MBUFS);

            burst.close();
            assertThat(pool.available()).isEqualTo(MBUFS);
            burst.close();
        }
    }

    @Test
    void shouldTellACutFileFromOneThatHasEnded() throws IOException {
        final Path file = PcapFile.write(directory.resolve("cut.pcap"), Frames.madeUp(3, 60, 60));
        final byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - LAST_BYTES_CUT));

        try (Savefile savefile = open(file); RxBurst burst = savefile.burst(BURST)) {
            assertThat(drain(burst, burst::receiveWaiting)).hasSize(2);
            assertThat(savefile.finished()).isTrue();
            assertThat(savefile.failure()).contains("truncated dump file");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 513})
    void shouldRefuseABurstOfImpossibleLength(final int limit) {
        final Path file = PcapFile.write(directory.resolve("burst.pcap"), Frames.madeUp(1, 60, 60));

        try (Savefile savefile = open(file)) {
            assertThatThrownBy(() -> savefile.burst(limit))
                .isInstanceOf(EnvironmentException.class)
                .hasMessageContaining("--burst takes 1 to 512");
        }
    }

    @Test
    void shouldSayWhyAFileCannotBeRead() throws IOException {
        final Path text = Files.writeString(directory.resolve("text.pcap"), "this is no capture, but long enough");

        assertThatThrownBy(() -> open(directory.resolve("missing.pcap")))
            .isInstanceOf(EnvironmentException.class).hasMessage("No such file or directory");
        assertThatThrownBy(() -> open(text))
            .isInstanceOf(EnvironmentException.class).hasMessageContaining("unknown file format");
    }

    private List<Packet> receiveAll(final List<Packet> packets, final int limit) {
        final Path file = PcapFile.write(directory.resolve("capture.pcap"), packets);
        try (Savefile savefile = open(file); RxBurst burst = savefile.burst(limit)) {
            final List<Packet> received = drain(burst, burst::receiveWaiting);

            assertThat(savefile.finished()).isTrue();
            assertThat(savefile.failure()).isEmpty();
            assertThat(savefile.receivedFrames()).isEqualTo(packets.size());
            assertThat(savefile.receivedBytes())
                .isEqualTo(packets.stream().mapToLong(packet -> packet.bytes().length).sum());
            return received;
        }
    }

    private Savefile open(final Path file) {
        return Savefile.open(file.toString(), true, pool);
    }
}
