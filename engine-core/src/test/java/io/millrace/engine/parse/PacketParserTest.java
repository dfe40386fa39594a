package io.millrace.engine.parse;

import static io.millrace.engine.fixture.FrameBuilder.ACK;
import static io.millrace.engine.fixture.FrameBuilder.SYN;
import static io.millrace.engine.fixture.FrameBuilder.ethernet;
import static io.millrace.engine.parse.ParsedBurst.MALFORMED;
import static io.millrace.engine.parse.ParsedBurst.NOT_IP;
import static io.millrace.engine.parse.ParsedBurst.PARSED;
import static io.millrace.engine.parse.ParsedBurst.UNSUPPORTED_LINK;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.burst.Burst;
import io.millrace.engine.fixture.FrameBuilder;
import io.millrace.engine.fixture.GuardedMemory;
import io.millrace.engine.fixture.MemorySource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every frame lies flush against a page that may not be read. */
final class PacketParserTest {
    private static final String CLIENT = "10.0.0.1";
    private static final String SERVER = "192.168.7.2";
    private static final String CLIENT6 = "2001:db8::1";
    private static final String SERVER6 = "fe80::2:3";
    private static final int L3 = 14;
    private static final int PAYLOAD = 33;

    private final GuardedMemory memory = new GuardedMemory(128 << 10);
    private final MemorySource source = new MemorySource(4);
    private final Burst burst = new Burst(source);
    private final ParsedBurst parsed = new ParsedBurst(4);
    private final PacketParser parser = new PacketParser(parsed);

    /**
     * A frame and how much of it the parser must see.
     *
     * @param needed bytes without which the frame is no packet of a flow.
     */
    private record Sample(String name, byte[] frame, int needed) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Sample> samples() {
        return Stream.of(
            sample("TCP", ethernet().ipv4(CLIENT, SERVER).tcp(1, 2, ACK, 3), PAYLOAD),
            sample("TCP with options", ethernet().ipv4(CLIENT, SERVER).tcp(1, 2, SYN, 3, 40), PAYLOAD + 40),
            sample("IPv4 options", ethernet().ipv4(CLIENT, SERVER, 40, 0).udp(1, 2), PAYLOAD),
            sample("802.1Q", ethernet().vlan(42).ipv4(CLIENT, SERVER).udp(1, 2), PAYLOAD),
            sample("QinQ", ethernet().serviceTag(7).vlan(42).ipv6(CLIENT6, SERVER6).udp(1, 2), PAYLOAD),
            sample("UDP over IPv6", ethernet().ipv6(CLIENT6, SERVER6).udp(1, 2), PAYLOAD),
            sample("TCP over IPv6", ethernet().ipv6(CLIENT6, SERVER6).tcp(1, 2, ACK, 3), PAYLOAD),
            sample("IPv6 extensions", ethernet().ipv6(CLIENT6, SERVER6).extension(0, 8).extension(43, 24)
                .fragment(0, true).extension(60, 16).udp(1, 2), PAYLOAD),
            sample("IPv6 authentication and mobility",
                ethernet().ipv6(CLIENT6, SERVER6).authentication(28).extension(135, 8).protocol(59), PAYLOAD),
            sample("later fragment", ethernet().ipv4(CLIENT, SERVER, 0, 5).protocol(17), PAYLOAD),
            sample("later IPv6 fragment", ethernet().ipv6(CLIENT6, SERVER6).fragment(5, false).protocol(6), PAYLOAD),
            sample("SCTP", ethernet().ipv4(CLIENT, SERVER).sctp(1, 2), PAYLOAD),
            sample("ICMP", ethernet().ipv4(CLIENT, SERVER).icmp(8, 0), PAYLOAD + 6),
            sample("ICMPv6", ethernet().ipv6(CLIENT6, SERVER6).icmpv6(128, 0), PAYLOAD + 6),
            sample("GRE", ethernet().ipv4(CLIENT, SERVER).protocol(47), PAYLOAD),
            sample("ESP", ethernet().ipv4(CLIENT, SERVER).protocol(50), PAYLOAD),
            sample("LLC and SNAP", ethernet().llcSnap().ipv4(CLIENT, SERVER).udp(1, 2), PAYLOAD));
    }

    @AfterEach
    void close() {
        source.close();
        memory.close();
    }

    @Test
    void shouldHaveAGuardThatIsReal() throws IOException {
        final String guard = Long.toHexString(memory.guard());

        assertThat(Files.readAllLines(Path.of("/proc/self/maps")))
            .anyMatch(line -> line.startsWith(guard + "-") && line.contains(" ---p "));
    }

    @Test
    void shouldReadTypeOfServiceAndTrafficClass() {
        final byte[] ipv4 = ethernet().ipv4(CLIENT, SERVER).udp(1, 2).payload(1).build();
        final byte[] ipv6 = ethernet().ipv6(CLIENT6, SERVER6).udp(1, 2).payload(1).build();
        ipv4[L3 + 1] = (byte) 0xB9;
        ipv6[L3] = 0x6A;
        ipv6[L3 + 1] = (byte) 0xBF;

        assertThat(parse(ipv4, ipv4.length)).isEqualTo(PARSED);
        assertThat(parsed.typeOfService(0)).isEqualTo(0xB9);
        assertThat(parse(ipv6, ipv6.length)).isEqualTo(PARSED);
        assertThat(parsed.typeOfService(0)).isEqualTo(0xAB);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void shouldParseAFrameThatWasCutOnceItsHeadersAreThere(final Sample sample) {
        for (int length = 0; length <= sample.frame().length; length++) {
            final boolean cut = length < sample.frame().length;
            source.snapLengthBytes(cut ? length : Integer.MAX_VALUE);

            final byte outcome = parse(sample.frame(), length);

            if (length >= sample.needed()) {
                assertThat(outcome).as("%s cut to %d", sample, length).isEqualTo(PARSED);
                assertThat(parsed.wireLength(0)).isEqualTo(sample.frame().length);
                assertFactsLieWithin(length);
            } else {
                assertThat(outcome).as("%s cut to %d", sample, length).isIn(MALFORMED, NOT_IP);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void shouldRefuseAFrameThatClaimsMoreThanWasSent(final Sample sample) {
        for (int length = 0; length < sample.frame().length; length++) {
            assertThat(parse(sample.frame(), length)).as("%s of %d bytes", sample, length).isIn(MALFORMED, NOT_IP);
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void shouldMeasureThePayloadWithoutThePaddingOfTheLink(final Sample sample) {
        parse(sample.frame());
        final int payloadLength = parsed.payloadLength(0);
        final byte[] padded = ByteBuffer.allocate(sample.frame().length + 18).put(sample.frame()).array();

        assertThat(parse(padded)).isEqualTo(PARSED);
        assertThat(parsed.payloadLength(0)).isEqualTo(payloadLength).isEqualTo(PAYLOAD);
        assertThat(parsed.wireLength(0)).isEqualTo(padded.length);
    }

    @Test
    void shouldFindAddressesPortsFlagsAndSequence() {
        final byte[] frame = ethernet().ipv4(CLIENT, SERVER).tcp(40_000, 65_535, SYN | ACK, 0xFEDC_BA98).payload(5)
            .build();

        assertThat(parse(frame)).isEqualTo(PARSED);
        assertThat(PacketEnds.ipVersion(parsed.ends(0))).isEqualTo(4);
        assertThat(PacketEnds.sourceHigh(parsed.ends(0))).isEqualTo(0x0A00_0001_0000_0000L);
        assertThat(PacketEnds.sourceLow(parsed.ends(0))).isZero();
        assertThat(PacketEnds.destinationHigh(parsed.ends(0))).isEqualTo(0xC0A8_0702_0000_0000L);
        assertThat(PacketEnds.destinationLow(parsed.ends(0))).isZero();
        assertThat(PacketEnds.l4Protocol(parsed.ends(0))).isEqualTo(IpProtocol.TCP);
        assertThat(PacketEnds.sourcePort(parsed.ends(0))).isEqualTo(40_000);
        assertThat(PacketEnds.destinationPort(parsed.ends(0))).isEqualTo(65_535);
        assertThat(parsed.flagsOrType(0)).isEqualTo(SYN | ACK);
        assertThat(parsed.tcpSequence(0)).isEqualTo(0xFEDC_BA98);
        assertThat(parsed.payloadLength(0)).isEqualTo(5);
        assertThat(PacketEnds.vlanId(parsed.ends(0))).isZero();
        assertThat(parsed.fragment(0)).isFalse();
        assertThat(parsed.macAddress(0)).isEqualTo(memory.guard() - frame.length);
        assertThat(parsed.l3Address(0)).isEqualTo(memory.guard() - frame.length + L3);
        assertThat(parsed.l3Length(0)).isEqualTo(frame.length - L3);
    }

    @Test
    void shouldFindAddressesOfIpv6AndTheProtocolBehindItsExtensions() {
        assertThat(parse(ethernet().ipv6(CLIENT6, SERVER6).extension(0, 16).extension(60, 8).icmpv6(129, 3).build()))
            .isEqualTo(PARSED);

        assertThat(PacketEnds.ipVersion(parsed.ends(0))).isEqualTo(6);
        assertThat(PacketEnds.sourceHigh(parsed.ends(0))).isEqualTo(0x2001_0DB8_0000_0000L);
        assertThat(PacketEnds.sourceLow(parsed.ends(0))).isEqualTo(1);
        assertThat(PacketEnds.destinationHigh(parsed.ends(0))).isEqualTo(0xFE80_0000_0000_0000L);
        assertThat(PacketEnds.destinationLow(parsed.ends(0))).isEqualTo(0x0002_0003);
        assertThat(PacketEnds.l4Protocol(parsed.ends(0))).isEqualTo(IpProtocol.ICMPV6);
        assertThat(parsed.flagsOrType(0)).isEqualTo(129 << 8 | 3);
        assertThat(PacketEnds.sourcePort(parsed.ends(0))).isZero();
    }

    @Test
    void shouldForgetWhatTheFrameBeforeLeftInTheSlot() {
        parse(ethernet().ipv6(CLIENT6, SERVER6).fragment(0, true).tcp(1, 2, SYN, 3).build());
        parse(ethernet().ipv4(CLIENT, SERVER).protocol(47).build());

        assertThat(PacketEnds.sourceLow(parsed.ends(0))).isZero();
        assertThat(PacketEnds.destinationLow(parsed.ends(0))).isZero();
        assertThat(PacketEnds.sourcePort(parsed.ends(0))).isZero();
        assertThat(PacketEnds.destinationPort(parsed.ends(0))).isZero();
        assertThat(parsed.flagsOrType(0)).isZero();
        assertThat(parsed.tcpSequence(0)).isZero();
        assertThat(parsed.fragment(0)).isFalse();
        assertThat(parsed.payloadLength(0)).isZero();
    }

    @Test
    void shouldTakeTheInnermostVlan() {
        parse(ethernet().serviceTag(7).vlan(42).ipv4(CLIENT, SERVER).udp(1, 2).build());
        assertThat(PacketEnds.vlanId(parsed.ends(0))).isEqualTo(42);

        final byte[] frame = ethernet().ipv4(CLIENT, SERVER).udp(1, 2).build();
        source.addAt(0, memory.atEnd(frame), frame.length, 0x1_0000 | 0xE000 | 99);
        parseWaiting();
        assertThat(PacketEnds.vlanId(parsed.ends(0))).isEqualTo(99);

        final byte[] priority = ethernet().vlan(0xE000).ipv4(CLIENT, SERVER).udp(1, 2).build();
        parse(priority);
        assertThat(PacketEnds.vlanId(parsed.ends(0))).isZero();
    }

    @Test
    void shouldFollowAnyNumberOfTagsThatFit() {
        FrameBuilder frame = ethernet();
        for (int i = 0; i < 500; i++) {
            frame = frame.vlan(i);
        }
        assertThat(parse(frame.ipv4(CLIENT, SERVER).udp(1, 2).build())).isEqualTo(PARSED);
    }

    @Test
    void shouldMarkFragmentsAndLeaveLaterOnesWithoutPorts() {
        assertThat(parse(ethernet().ipv4(CLIENT, SERVER, 0, 0x2000).udp(1, 2).payload(8).build())).isEqualTo(PARSED);
        assertThat(parsed.fragment(0)).isTrue();
        assertThat(PacketEnds.destinationPort(parsed.ends(0))).isEqualTo(2);

        assertThat(parse(ethernet().ipv4(CLIENT, SERVER, 0, 1).udp(1, 2).build())).isEqualTo(PARSED);
        assertThat(parsed.fragment(0)).isTrue();
        assertThat(PacketEnds.l4Protocol(parsed.ends(0))).isEqualTo(IpProtocol.UDP);
        assertThat(PacketEnds.destinationPort(parsed.ends(0))).isZero();
        assertThat(parsed.payloadLength(0)).isEqualTo(8);

        assertThat(parse(ethernet().ipv4(CLIENT, SERVER, 0, 0x4000).udp(1, 2).build())).isEqualTo(PARSED);
        assertThat(parsed.fragment(0)).isFalse();

        assertThat(parse(ethernet().ipv6(CLIENT6, SERVER6).fragment(3, true).udp(1, 2).build())).isEqualTo(PARSED);
        assertThat(parsed.fragment(0)).isTrue();
        assertThat(PacketEnds.sourcePort(parsed.ends(0))).isZero();
    }

    @Test
    void shouldTakeTheFramesLengthWhereTheSenderLeftItToTheCard() {
        final byte[] ipv4 = ethernet().ipv4(CLIENT, SERVER).tcp(1, 2, ACK, 0).payload(20_000).build();
        putU16(ipv4, L3 + 2, 0);
        assertThat(parse(ipv4)).isEqualTo(PARSED);
        assertThat(parsed.payloadLength(0)).isEqualTo(20_000);

        final byte[] ipv6 = ethernet().ipv6(CLIENT6, SERVER6).tcp(1, 2, ACK, 0).payload(70_000).build();
        putU16(ipv6, L3 + 4, 0);
        assertThat(parse(ipv6)).isEqualTo(PARSED);
        assertThat(parsed.payloadLength(0)).isEqualTo(70_000);
    }

    @Test
    void shouldCountACutFrameAsLongAsItWasOnTheWire() {
        source.snapLengthBytes(96);
        assertThat(parse(ethernet().ipv4(CLIENT, SERVER).tcp(1, 2, ACK, 0).payload(1460).build(), 96))
            .isEqualTo(PARSED);

        assertThat(parsed.wireLength(0)).isEqualTo(1514);
        assertThat(parsed.payloadLength(0)).isEqualTo(1460);
        assertThat(parsed.l3Length(0)).isEqualTo(96 - L3);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x35, 0x44, 0x4F, 0x65})
    void shouldRefuseAnIpv4HeaderOfImpossibleVersionOrLength(final int versionAndLength) {
        final byte[] frame = ethernet().ipv4(CLIENT, SERVER).udp(1, 2).build();
        frame[L3] = (byte) versionAndLength;

        assertThat(parse(frame)).isEqualTo(MALFORMED);
    }

    @Test
    void shouldRefuseATotalLengthShorterThanTheHeader() {
        final byte[] frame = ethernet().ipv4(CLIENT, SERVER).udp(1, 2).payload(4).build();
        putU16(frame, L3 + 2, 19);
        assertThat(parse(frame)).isEqualTo(MALFORMED);

        putU16(frame, L3 + 2, 33);
        assertThat(parse(frame)).as("one byte more than sent").isEqualTo(MALFORMED);
    }

    @Test
    void shouldRefuseAnIpv6HeaderOfAnotherVersion() {
        final byte[] frame = ethernet().ipv6(CLIENT6, SERVER6).udp(1, 2).build();
        frame[L3] = 0x45;

        assertThat(parse(frame)).isEqualTo(MALFORMED);
    }

    @Test
    void shouldKeepAPacketWhoseTransportHeaderDoesNotFitAndCountIt() {
        final byte[] frame = ethernet().ipv4(CLIENT, SERVER).udp(1, 2).payload(4).build();
        putU16(frame, L3 + 2, 27);

        assertThat(parse(frame)).isEqualTo(PARSED);
        assertThat(PacketEnds.sourcePort(parsed.ends(0))).isZero();
        assertThat(parsed.payloadLength(0)).isEqualTo(7);
        assertThat(parsed.totals().brokenTransports()).isEqualTo(1);

        for (final int protocol : new int[] {IpProtocol.TCP, IpProtocol.SCTP, IpProtocol.ICMP}) {
            assertThat(parse(ethernet().ipv4(CLIENT, SERVER).protocol(protocol).payload(1).build())).isEqualTo(PARSED);
            assertThat(parsed.totals().brokenTransports()).isEqualTo(1);
        }
    }

    @Test
    void shouldKeepThePortsOfATcpHeaderWhoseLengthLies() {
        final byte[] frame = ethernet().ipv4(CLIENT, SERVER).tcp(1, 2, ACK, 0).payload(3).build();
        final int offsetField = L3 + 20 + 12;

        for (final int dataOffset : new int[] {0x00, 0x40, 0x60, 0xF0}) {
            frame[offsetField] = (byte) dataOffset;
            assertThat(parse(frame)).isEqualTo(PARSED);
            assertThat(PacketEnds.destinationPort(parsed.ends(0))).isEqualTo(2);
            assertThat(parsed.payloadLength(0)).isBetween(0, 3);
            assertThat(parsed.totals().brokenTransports()).isEqualTo(1);
        }
    }

    @Test
    void shouldRefuseAnExtensionThatReachesPastThePacket() {
        final byte[] frame = ethernet().ipv6(CLIENT6, SERVER6).extension(60, 8).udp(1, 2).build();
        frame[L3 + 40 + 1] = 2;
        assertThat(parse(frame)).isEqualTo(MALFORMED);

        frame[L3 + 40 + 1] = (byte) 255;
        assertThat(parse(frame)).isEqualTo(MALFORMED);
    }

    @Test
    void shouldRefuseAnExtensionHiddenInThePaddingOfTheLink() {
        final byte[] frame = ethernet().ipv6(CLIENT6, SERVER6).extension(60, 8).udp(1, 2).payload(8).build();
        putU16(frame, L3 + 4, 0x0007);

        assertThat(parse(frame)).isEqualTo(MALFORMED);
    }

    @Test
    void shouldFollowEightExtensionsAndNoMore() {
        FrameBuilder frame = ethernet().ipv6(CLIENT6, SERVER6);
        for (int i = 0; i < 8; i++) {
            frame = frame.extension(60, 8);
        }
        assertThat(parse(frame.udp(1, 2).build())).isEqualTo(PARSED);
        assertThat(PacketEnds.destinationPort(parsed.ends(0))).isEqualTo(2);

        FrameBuilder longer = ethernet().ipv6(CLIENT6, SERVER6);
        for (int i = 0; i < 9; i++) {
            longer = longer.extension(60, 8);
        }
        assertThat(parse(longer.udp(1, 2).build())).isEqualTo(MALFORMED);
    }

    @Test
    void shouldTellFramesWithoutIp() {
        assertThat(parse(ethernet().protocol(0x0806).payload(46).build())).isEqualTo(NOT_IP);
        assertThat(NonIpKind.key(parsed.flagsOrType(0))).isEqualTo("ethertype_0x0806");
        assertThat(parse(ethernet().vlan(3).protocol(0x88CC).payload(46).build())).isEqualTo(NOT_IP);
        assertThat(NonIpKind.key(parsed.flagsOrType(0))).isEqualTo("ethertype_0x88cc");
        assertThat(parse(ethernet().protocol(38).payload(38).build())).as("IEEE 802.3 length").isEqualTo(NOT_IP);
        assertThat(NonIpKind.key(parsed.flagsOrType(0))).isEqualTo("llc_0x0000");
        assertThat(parse(ethernet().protocol(0x0806).build())).isEqualTo(NOT_IP);
    }

    @Test
    void shouldNotGuessAtALinkLayerThatItDoesNotKnow() {
        source.linkType(null);

        assertThat(parse(ethernet().ipv4(CLIENT, SERVER).udp(1, 2).build())).isEqualTo(UNSUPPORTED_LINK);
    }

    @Test
    void shouldParseEveryFrameOfABurst() {
        final List<byte[]> frames = List.of(
            ethernet().ipv4(CLIENT, SERVER).udp(1, 2).build(),
            ethernet().protocol(0x0806).payload(46).build(),
            new byte[13],
            ethernet().ipv6(CLIENT6, SERVER6).udp(3, 4).build());
        frames.forEach(frame -> source.add(0, frame));

        parseWaiting();

        assertThat(IntStream.range(0, 4).map(parsed::outcome).toArray())
            .containsExactly(PARSED, NOT_IP, MALFORMED, PARSED);
        assertThat(PacketEnds.sourcePort(parsed.ends(0))).isEqualTo(1);
        assertThat(PacketEnds.sourcePort(parsed.ends(3))).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldSurviveDamagedFrames(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final List<Sample> samples = samples().toList();
        for (int i = 0; i < 50_000; i++) {
            final byte[] frame = samples.get(random.nextInt(samples.size())).frame().clone();
            for (int damages = random.nextInt(1, 6); damages > 0; damages--) {
                frame[random.nextInt(12, frame.length)] = (byte) random.nextInt();
            }
            final int length = random.nextInt(4) == 0 ? random.nextInt(frame.length + 1) : frame.length;
            source.snapLengthBytes(random.nextBoolean() ? length : Integer.MAX_VALUE);

            assertIsUsable(parse(frame, length), length);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 6, 7, 8})
    void shouldSurviveRandomBytesBehindAnEtherType(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final int[] etherTypes = {0x0800, 0x86DD, 0x8100, 0x88A8, 0x9100, 0x0100};
        for (int i = 0; i < 50_000; i++) {
            final byte[] frame = new byte[random.nextInt(L3, 200)];
            random.nextBytes(frame);
            putU16(frame, 12, etherTypes[random.nextInt(etherTypes.length)]);
            if (frame.length > L3 && random.nextBoolean()) {
                frame[L3] = (byte) (random.nextBoolean() ? 0x45 : 0x60);
            }
            source.snapLengthBytes(random.nextBoolean() ? frame.length : Integer.MAX_VALUE);

            assertIsUsable(parse(frame), frame.length);
        }
    }

    private void assertIsUsable(final byte outcome, final int length) {
        if (outcome == PARSED) {
            assertFactsLieWithin(length);
        } else if (outcome != NOT_IP && outcome != MALFORMED) {
            throw new AssertionError("outcome " + outcome);
        }
    }

    private void assertFactsLieWithin(final int length) {
        final long start = memory.guard() - length;
        assertThat(parsed.l3Address(0)).isBetween(start + L3, memory.guard());
        assertThat(parsed.l3Length(0)).isEqualTo((int) (memory.guard() - parsed.l3Address(0)));
        assertThat(parsed.wireLength(0)).isGreaterThanOrEqualTo(length);
        assertThat(parsed.payloadLength(0)).isBetween(0, parsed.wireLength(0));
        assertThat(PacketEnds.l4Protocol(parsed.ends(0))).isBetween(0, 255);
        assertThat(PacketEnds.vlanId(parsed.ends(0))).isBetween(0, 4095);
        assertThat(PacketEnds.ipVersion(parsed.ends(0))).isIn(4, 6);
    }

    private byte parse(final byte[] frame) {
        return parse(frame, frame.length);
    }

    private byte parse(final byte[] frame, final int length) {
        source.addAt(0, memory.atEnd(frame, length), length, 0);
        parseWaiting();
        return parsed.outcome(0);
    }

    private void parseWaiting() {
        burst.receive();
        parser.parse(burst);
    }

    private static Sample sample(final String name, final FrameBuilder frame, final int behindNeeded) {
        final byte[] bytes = frame.payload(PAYLOAD).build();
        return new Sample(name, bytes, bytes.length - behindNeeded);
    }

    private static void putU16(final byte[] bytes, final int offset, final int value) {
        ByteBuffer.wrap(bytes).putShort(offset, (short) value);
    }
}
