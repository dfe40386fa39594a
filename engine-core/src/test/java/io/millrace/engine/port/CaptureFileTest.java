package io.millrace.engine.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.config.ConfigException;
import io.millrace.engine.fixture.CaptureBytes;
import io.millrace.engine.fixture.FrameBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CaptureFileTest {
    private static final int MICROSECONDS = 0xA1B2C3D4;
    private static final int NANOSECONDS = 0xA1B23C4D;
    private static final int UNLIMITED = 262_144;
    private static final int UNKNOWN_LINK_TYPE = 147;
    private static final byte[] FRAME =
        FrameBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").udp(1, 2).payload(19).build();

    @TempDir
    private Path directory;

    static Stream<ByteOrder> byteOrders() {
        return Stream.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN);
    }

    @ParameterizedTest
    @MethodSource("byteOrders")
    void shouldReadTheHeaderOfAClassicCapture(final ByteOrder order) {
        for (final int magic : new int[] {MICROSECONDS, NANOSECONDS}) {
            final CaptureFile file =
                open(CaptureBytes.pcap(order, magic, 96, CaptureBytes.ETHERNET).record(1, FRAME).build());

            assertThat(file.format()).isEqualTo(CaptureFile.Format.PCAP);
            assertThat(file.byteOrder()).isEqualTo(order);
            assertThat(file.linkType()).isEqualTo(LinkType.ETHERNET);
            assertThat(file.snapLengthBytes()).isEqualTo(96);
            assertThat(file.sizeBytes()).isEqualTo(24 + 16 + FRAME.length);
        }
    }

    @ParameterizedTest
    @MethodSource("byteOrders")
    void shouldReadTheFirstInterfaceOfAPcapng(final ByteOrder order) {
        final CaptureFile file = open(CaptureBytes.pcapng(order)
            .block(10, ByteBuffer.allocate(20).order(order))
            .networkInterface(CaptureBytes.ETHERNET, 128).enhancedPacket(1, FRAME).build());

        assertThat(file.format()).isEqualTo(CaptureFile.Format.PCAPNG);
        assertThat(file.byteOrder()).isEqualTo(order);
        assertThat(file.linkType()).isEqualTo(LinkType.ETHERNET);
        assertThat(file.snapLengthBytes()).isEqualTo(128);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, UNLIMITED + 1, Integer.MIN_VALUE})
    void shouldTakeASnapLengthWithoutMeaningAsNone(final int snapLength) {
        assertThat(open(CaptureBytes.pcap(ByteOrder.LITTLE_ENDIAN, MICROSECONDS, snapLength, CaptureBytes.ETHERNET)
            .build()).snapLengthBytes()).isEqualTo(UNLIMITED);
        assertThat(open(CaptureBytes.pcapng(ByteOrder.LITTLE_ENDIAN)
            .networkInterface(CaptureBytes.ETHERNET, snapLength).build()).snapLengthBytes()).isEqualTo(UNLIMITED);
    }

    @Test
    void shouldNotMistakeTheChecksumLengthInALinkTypeForItsNumber() {
        // The upper four bits tell the length of the frame check sequence.
        for (final int linkType : new int[] {0x2000_0001, 0x2400_0001, 0x0400_0001}) {
            assertThat(open(CaptureBytes.pcap(ByteOrder.LITTLE_ENDIAN, MICROSECONDS, 0, linkType).build()).linkType())
                .isEqualTo(LinkType.ETHERNET);
        }
    }

    @ParameterizedTest
    @MethodSource("byteOrders")
    void shouldRefuseALinkTypeThatTheParserDoesNotKnow(final ByteOrder order) {
        assertThatThrownBy(() -> open(CaptureBytes.pcap(order, MICROSECONDS, 0, UNKNOWN_LINK_TYPE).build()))
            .isInstanceOf(ConfigException.class)
            .hasMessageStartingWith("link type 147 is not supported: ").hasMessageContaining("capture");
        assertThatThrownBy(() -> open(CaptureBytes.pcapng(order).networkInterface(UNKNOWN_LINK_TYPE, 0).build()))
            .isInstanceOf(ConfigException.class)
            .hasMessageStartingWith("link type 147 is not supported: ");
    }

    @Test
    void shouldTellWhenTheFirstPacketCame() {
        for (final ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            assertThat(open(CaptureBytes.pcap(order, MICROSECONDS, 0, 1).record(3_000_000_001_000_002L, FRAME).build())
                .firstPacketNs()).isEqualTo(3_000_000_001_000_002_000L);
            assertThat(open(CaptureBytes.pcap(order, NANOSECONDS, 0, 1).record(5, FRAME).build()).firstPacketNs())
                .isEqualTo(5);
            assertThat(open(CaptureBytes.pcapng(order).networkInterface(1, 0)
                .enhancedPacket(1_600_000_000_000_001L, FRAME).build()).firstPacketNs())
                .isEqualTo(1_600_000_000_000_001_000L);
        }
        assertThat(open(CaptureBytes.pcap().build()).firstPacketNs()).isZero();
    }

    @Test
    void shouldReadPackedCapturesAsTheyWere() throws IOException {
        final byte[] plain = CaptureBytes.pcap().record(7, FRAME).build();
        final ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(plain);
        }

        final CaptureFile file = open(packed.toByteArray());
        assertThat(file.linkType()).isEqualTo(LinkType.ETHERNET);
        assertThat(file.firstPacketNs()).isEqualTo(7000);
        assertThat(file.content().isPlainFile()).isFalse();
        try (InputStream content = file.content().open()) {
            assertThat(content.readAllBytes()).isEqualTo(plain);
        }
    }

    @Test
    void shouldMakeOnePartOfEachLinkTypeOfAPcapng() throws IOException {
        final byte[] file = CaptureBytes.pcapng(ByteOrder.LITTLE_ENDIAN).networkInterface(1, 100)
            .networkInterface(101, 200).networkInterface(UNKNOWN_LINK_TYPE, 0).enhancedPacket(1, FRAME).build();
        final List<CaptureFile> parts = CaptureFile.openAll(Files.write(directory.resolve("mixed"), file));

        assertThat(parts).extracting(CaptureFile::linkType).containsExactly(LinkType.ETHERNET, LinkType.RAW);
        assertThat(parts).extracting(CaptureFile::snapLengthBytes).containsOnly(UNLIMITED);
        assertThat(parts.get(0).note()).contains("a link type that is not supported");
        assertThat(parts.get(1).note()).isNull();
        try (InputStream ethernet = parts.get(0).content().open(); InputStream raw = parts.get(1).content().open()) {
            assertThat(ethernet.readAllBytes()).hasSize(file.length);
            assertThat(raw.readAllBytes()).hasSize(file.length - 32 - (FRAME.length + 3 & -4));
        }
    }

    @Test
    void shouldSayWhereAnInterfaceBeginsThatLibpcapRefuses() {
        final CaptureBytes capture = CaptureBytes.pcapng(ByteOrder.LITTLE_ENDIAN).networkInterface(1, 0)
            .enhancedPacket(1, FRAME);
        final int position = capture.build().length;

        assertThat(open(capture.networkInterface(1, 96).enhancedPacket(2, FRAME).build()).truncation(1, FRAME.length))
            .startsWith("capture file has an interface of another link type or snap length at byte " + position)
            .contains("editcap");
    }

    @Test
    void shouldFindARecordLongerThanTheSnapLengthWhole() {
        final byte[] file = CaptureBytes.pcap(ByteOrder.LITTLE_ENDIAN, MICROSECONDS, 20, 1).record(1, FRAME)
            .record(2, FRAME).build();

        assertThat(open(file).truncation(2, 40)).isNull();
        assertThat(open(Arrays.copyOf(file, file.length - 1)).truncation(1, 20)).contains("after packet 1");
    }

    @Test
    void shouldRefuseWhatIsNoFile() {
        assertThatThrownBy(() -> CaptureFile.open(directory.resolve("missing")))
            .isInstanceOf(ConfigException.class).hasMessageContaining("does not exist: " + directory);
        assertThatThrownBy(() -> CaptureFile.open(directory))
            .isInstanceOf(ConfigException.class).hasMessageContaining("is a directory: " + directory);
        assertThatThrownBy(() -> CaptureFile.open(Path.of("/dev/zero")))
            .isInstanceOf(ConfigException.class).hasMessageContaining("is a device: /dev/zero");
    }

    @Test
    void shouldRefuseWhatIsNoCapture() {
        assertThatThrownBy(() -> open(new byte[0]))
            .isInstanceOf(ConfigException.class).hasMessageContaining("is empty");
        assertThatThrownBy(() -> open(Arrays.copyOf(CaptureBytes.pcap().build(), 23)))
            .isInstanceOf(ConfigException.class).hasMessageContaining("not a capture file");
        assertThatThrownBy(() -> open("#!/bin/sh\necho this is a script\n".getBytes()))
            .isInstanceOf(ConfigException.class).hasMessageContaining("pcap and pcapng are read");
        final byte[] wrongOrderMagic = CaptureBytes.pcapng(ByteOrder.LITTLE_ENDIAN).networkInterface(1, 0).build();
        wrongOrderMagic[8] = 0;
        assertThatThrownBy(() -> open(wrongOrderMagic))
            .isInstanceOf(ConfigException.class).hasMessageContaining("not a capture file");
    }

    @Test
    void shouldRefuseAPcapngWithoutInterface() {
        assertThatThrownBy(() -> open(CaptureBytes.pcapng(ByteOrder.LITTLE_ENDIAN).build()))
            .isInstanceOf(ConfigException.class).hasMessageContaining("describes no interface");
        final byte[] zeroLength = CaptureBytes.pcapng(ByteOrder.LITTLE_ENDIAN).build();
        Arrays.fill(zeroLength, 4, 8, (byte) 0);
        assertThatThrownBy(() -> open(zeroLength))
            .isInstanceOf(ConfigException.class).hasMessageContaining("describes no interface");
    }

    @Test
    void shouldFindAWholeFileWhole() {
        assertThat(open(CaptureBytes.pcap().record(1, FRAME).record(2, FRAME).build())
            .truncation(2, 2L * FRAME.length)).isNull();
        assertThat(open(CaptureBytes.pcap().build()).truncation(0, 0)).isNull();
        for (final ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            assertThat(open(CaptureBytes.pcapng(order).networkInterface(1, 0).enhancedPacket(1, FRAME)
                .enhancedPacket(2, FRAME).block(5, ByteBuffer.allocate(12)).build())
                .truncation(2, 2L * FRAME.length)).isNull();
        }
    }

    @Test
    void shouldSayWhereACutCaptureEnds() {
        final byte[] whole = CaptureBytes.pcap().record(1, FRAME).record(2, FRAME).build();
        final int firstEnd = 24 + 16 + FRAME.length;

        for (int length = firstEnd + 1; length < whole.length; length++) {
            assertThat(open(Arrays.copyOf(whole, length)).truncation(1, FRAME.length))
                .startsWith("capture file is cut or damaged: ")
                .contains((length - firstEnd) + " bytes after packet 1 (byte " + firstEnd + ")");
        }
    }

    @Test
    void shouldSayWhereACutPcapngEnds() {
        final byte[] prefix = CaptureBytes.pcapng(ByteOrder.LITTLE_ENDIAN).networkInterface(1, 0)
            .enhancedPacket(1, FRAME).build();
        final byte[] whole = CaptureBytes.pcapng(ByteOrder.LITTLE_ENDIAN).networkInterface(1, 0)
            .enhancedPacket(1, FRAME).enhancedPacket(2, FRAME).build();

        for (int length = prefix.length + 1; length < whole.length; length++) {
            assertThat(open(Arrays.copyOf(whole, length)).truncation(1, FRAME.length))
                .contains((length - prefix.length) + " bytes after packet 1 (byte " + prefix.length + ")");
        }
    }

    @Test
    void shouldSayWhereTheReaderGaveUpOnDamage() {
        final byte[] file = CaptureBytes.pcapng(ByteOrder.LITTLE_ENDIAN).networkInterface(1, 0)
            .enhancedPacket(1, FRAME).raw(new byte[40]).build();

        assertThat(open(file).truncation(1, FRAME.length)).contains("40 bytes after packet 1");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void shouldSurviveDamagedFiles(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final byte[][] files = {
            CaptureBytes.pcap().record(1, FRAME).build(),
            CaptureBytes.pcapng(ByteOrder.BIG_ENDIAN).networkInterface(1, 0).enhancedPacket(1, FRAME).build()};
        for (int i = 0; i < 1000; i++) {
            final byte[] file = files[random.nextInt(files.length)].clone();
            for (int damages = 0; damages < 3; damages++) {
                file[random.nextInt(Math.min(file.length, 60))] = (byte) random.nextInt();
            }
            openAndCheck(Arrays.copyOf(file, random.nextInt(1, file.length + 1)), random.nextInt(3));
        }
    }

    private void openAndCheck(final byte[] bytes, final int packets) {
        try {
            final String truncation = open(bytes).truncation(packets, (long) packets * FRAME.length);
            assertThat(truncation == null || truncation.contains("bytes after packet " + packets)).isTrue();
        } catch (final ConfigException e) {
            assertThat(e).hasMessageContaining(directory.toString());
        }
    }

    @Test
    void shouldReadTheLengthsOfOldFormatsInTheirOrder() {
        final int recordEnd = 24 + 16 + FRAME.length;
        for (final int minorVersion : new int[] {2, 3}) {
            final byte[] file = CaptureBytes.pcap().record(1, FRAME).build();
            ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putShort(6, (short) minorVersion).putInt(24 + 8, 9000);
            final byte[] followed = Arrays.copyOf(file, file.length + 2);

            assertThat(open(file).truncation(1, FRAME.length)).isNull();
            assertThat(open(followed).truncation(1, FRAME.length))
                .contains("2 bytes after packet 1 (byte " + recordEnd + ")");
        }
    }

    private CaptureFile open(final byte[] bytes) {
        try {
            return CaptureFile.open(Files.write(directory.resolve("capture"), bytes));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
