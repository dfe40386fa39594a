package io.millrace.engine.parse;

import static io.millrace.engine.fixture.FrameBuilder.ACK;
import static io.millrace.engine.fixture.FrameBuilder.bare;
import static io.millrace.engine.fixture.FrameBuilder.ethernet;
import static io.millrace.engine.parse.ParsedBurst.MALFORMED;
import static io.millrace.engine.parse.ParsedBurst.NOT_IP;
import static io.millrace.engine.parse.ParsedBurst.PARSED;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.burst.Burst;
import io.millrace.engine.fixture.FrameBuilder;
import io.millrace.engine.fixture.GuardedMemory;
import io.millrace.engine.fixture.MemorySource;
import io.millrace.engine.port.LinkType;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Link layers and tunnels; every frame lies flush against a page that may not be read. */
final class EncapsulationTest {
    private static final String A = "192.0.2.1";
    private static final String B = "192.0.2.2";
    private static final String A6 = "2001:db8::1";
    private static final String B6 = "2001:db8::2";
    private static final String OUTER_A = "10.0.0.1";
    private static final String OUTER_B = "10.0.0.2";
    private static final int PAYLOAD = 21;
    private static final int SOURCE_PORT = 40_000;
    private static final int PORT = 443;

    private final GuardedMemory memory = new GuardedMemory(128 << 10);
    private final MemorySource source = new MemorySource(4);
    private final Burst burst = new Burst(source);
    private final ParsedBurst parsed = new ParsedBurst(4);

    /** A frame with one TCP packet from A to B somewhere in it. */
    private record Sample(String name, LinkType link, TunnelType tunnel, int id, byte[] frame) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Sample> links() {
        return Stream.of(
            link("raw IPv4", LinkType.RAW, inner(bare())),
            link("raw IPv6", LinkType.IPV6, inner6(bare())),
            link("BSD loopback", LinkType.NULL, inner(bare().bytes(2, 0, 0, 0))),
            link("BSD loopback of another byte order", LinkType.NULL, inner6(bare().bytes(0, 0, 0, 30))),
            link("OpenBSD loopback", LinkType.LOOP, inner(bare().bytes(0, 0, 0, 2))),
            link("PPP", LinkType.PPP, inner(bare().bytes(0xFF, 0x03, 0x00, 0x21))),
            link("PPP without address", LinkType.PPP, inner6(bare().bytes(0x00, 0x57))),
            link("PPP with a short protocol", LinkType.PPP_HDLC, inner(bare().bytes(0xFF, 0x03, 0x21))),
            link("PPP multilink", LinkType.PPP, inner(bare().bytes(0x00, 0x3D, 0xC0, 0, 0, 1, 0x21))),
            link("PPP with direction", LinkType.PPP_WITH_DIRECTION, inner(bare().bytes(1, 0xFF, 0x03, 0x00, 0x21))),
            link("MPLS in PPP", LinkType.PPP, inner(bare().bytes(0x02, 0x81, 0, 1, 1, 64))),
            link("PPPoE", LinkType.PPPOE, inner(bare().bytes(0x11, 0, 0, 7, 0, 60, 0x00, 0x21))),
            link("Cisco HDLC", LinkType.HDLC, inner(bare().bytes(0x0F, 0, 0x08, 0x00))),
            link("Cisco HDLC with VLAN", LinkType.PPP_HDLC, inner(bare().bytes(0x8F, 0, 0x81, 0, 0, 9, 0x08, 0x00))),
            link("Linux cooked", LinkType.LINUX_SLL,
                inner(bare().bytes(0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0))),
            link("Linux cooked v2", LinkType.LINUX_SLL2,
                inner6(bare().bytes(0x86, 0xDD, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0))),
            link("802.11", LinkType.IEEE802_11, inner(wireless(bare(), 0x08, 0x01, 0))),
            link("802.11 QoS", LinkType.IEEE802_11, inner6(wireless(bare(), 0x88, 0x02, 2))),
            link("802.11 between access points", LinkType.IEEE802_11, inner(wireless(bare(), 0x88, 0x03, 8))),
            link("802.11 with radiotap", LinkType.IEEE802_11_RADIOTAP,
                inner(wireless(bare().bytes(0, 0, 9, 0, 2, 0, 0, 0, 0x10), 0x08, 0x01, 0))),
            link("802.11 with radiotap and padding", LinkType.IEEE802_11_RADIOTAP,
                inner(wireless(bare().bytes(0, 0, 17, 0, 3, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0x20), 0x88, 0x01, 4))),
            link("MPLS", LinkType.ETHERNET, inner(ethernet().protocol(0x8847).bytes(0, 1, 0, 64, 0, 2, 1, 64))),
            link("MPLS in QinQ", LinkType.ETHERNET,
                inner6(ethernet().serviceTag(5).vlan(6).protocol(0x8848).bytes(0, 2, 1, 64))),
            link("pseudowire with control word", LinkType.ETHERNET,
                inner(ethernet().protocol(0x8847).bytes(0, 2, 1, 64, 0, 0, 0, 0).innerEthernet())),
            link("pseudowire without control word", LinkType.ETHERNET,
                inner6(ethernet().protocol(0x8847).bytes(0, 2, 1, 64).innerEthernet().vlan(3))),
            link("PPPoE on Ethernet", LinkType.ETHERNET,
                inner6(ethernet().protocol(0x8864).bytes(0x11, 0, 0, 7, 0, 80, 0x00, 0x57))),
            link("SNAP", LinkType.ETHERNET, inner(ethernet().llcSnap())));
    }

    static Stream<Sample> tunnels() {
        return Stream.of(
            tunnel("IPv4 in IPv4", TunnelType.IP_IN_IP, 0, inner(outer())),
            tunnel("IPv6 in IPv4", TunnelType.IP_IN_IP, 0, inner6(outer())),
            tunnel("IPv4 in IPv6", TunnelType.IP_IN_IP, 0, inner(ethernet().ipv6(A6, B6))),
            tunnel("IPv6 in IPv6 with options", TunnelType.IP_IN_IP, 0,
                inner6(ethernet().ipv6(A6, B6).extension(60, 8))),
            tunnel("GRE", TunnelType.GRE, 0, inner(gre(0, 0x0800))),
            tunnel("GRE with checksum, key and sequence", TunnelType.GRE, 77,
                inner6(gre(0xB000, 0x86DD).bytes(0, 0, 0, 0, 0, 0, 0, 77, 0, 0, 0, 1))),
            tunnel("GRE with routing", TunnelType.GRE, 0,
                inner(gre(0x4000, 0x0800).bytes(0, 0, 0, 0, 8, 0, 0, 4, 1, 2, 3, 4, 0, 0, 0, 0))),
            tunnel("NVGRE", TunnelType.GRE, 0x123456,
                inner(gre(0x2000, 0x6558).bytes(0, 0x12, 0x34, 0x56).innerEthernet())),
            tunnel("MPLS in GRE", TunnelType.GRE, 0, inner(gre(0, 0x8847).bytes(0, 0, 1, 64))),
            tunnel("WCCP", TunnelType.GRE, 0, inner(gre(0, 0x883E).bytes(0, 0, 0, 0))),
            tunnel("PPTP", TunnelType.GRE, 9,
                inner(gre(0x3081, 0x880B).bytes(0, 64, 0, 9, 0, 0, 0, 1, 0, 0, 0, 1, 0xFF, 3, 0, 0x21))),
            tunnel("ERSPAN I", TunnelType.ERSPAN, 0, inner(gre(0, 0x88BE).innerEthernet())),
            tunnel("ERSPAN II", TunnelType.ERSPAN, 0x155,
                inner(gre(0x1000, 0x88BE).bytes(0, 0, 0, 1, 0x10, 0, 1, 0x55, 0, 0, 0, 0).innerEthernet().vlan(4))),
            tunnel("ERSPAN III", TunnelType.ERSPAN, 3,
                inner6(gre(0x1000, 0x22EB).bytes(0, 0, 0, 1, 0x20, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0).innerEthernet())),
            tunnel("ERSPAN III with a subheader", TunnelType.ERSPAN, 3, inner(gre(0x1000, 0x22EB)
                .bytes(0, 0, 0, 1, 0x20, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8).innerEthernet())),
            tunnel("ERSPAN III with IP", TunnelType.ERSPAN, 3,
                inner(gre(0x1000, 0x22EB).bytes(0, 0, 0, 1, 0x20, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0x08, 0))),
            tunnel("VXLAN", TunnelType.VXLAN, 5000,
                inner(udp(4789).bytes(8, 0, 0, 0, 0, 0x13, 0x88, 0).innerEthernet())),
            tunnel("VXLAN of Linux", TunnelType.VXLAN, 1,
                inner6(udp(8472).bytes(8, 0, 0, 0, 0, 0, 1, 0).innerEthernet())),
            tunnel("VXLAN-GPE", TunnelType.VXLAN, 2, inner(udp(4790).bytes(0x0C, 0, 0, 1, 0, 0, 2, 0))),
            tunnel("GENEVE", TunnelType.GENEVE, 6,
                inner(udp(6081).bytes(2, 0, 0x65, 0x58, 0, 0, 6, 0, 1, 2, 3, 1, 0, 0, 0, 0).innerEthernet())),
            tunnel("GENEVE with IP", TunnelType.GENEVE, 7, inner6(udp(6081).bytes(0, 0, 0x86, 0xDD, 0, 0, 7, 0))),
            tunnel("GTP-U", TunnelType.GTP_U, 0xABCD, inner(udp(2152).bytes(0x30, 0xFF, 0, 60, 0, 0, 0xAB, 0xCD))),
            tunnel("GTP-U with extensions", TunnelType.GTP_U, 1, inner6(udp(2152)
                .bytes(0x34, 0xFF, 0, 60, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0x10, 9, 0x85, 1, 0, 0, 0))),
            tunnel("Teredo", TunnelType.TEREDO, 0, inner6(udp(3544))),
            tunnel("Teredo with origin", TunnelType.TEREDO, 0, inner6(udp(3544).bytes(0, 0, 1, 2, 3, 4, 5, 6))),
            tunnel("Teredo with authentication", TunnelType.TEREDO, 0, inner6(udp(3544)
                .bytes(0, 1, 1, 2, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 0).bytes(0, 0, 1, 2, 3, 4, 5, 6))),
            tunnel("L2TP", TunnelType.L2TP, 0x0001_0002, inner(udp(1701).bytes(0, 2, 0, 1, 0, 2, 0xFF, 3, 0, 0x21))),
            tunnel("L2TP with all fields", TunnelType.L2TP, 0x0001_0002, inner6(udp(1701)
                .bytes(0x4A, 2, 0, 90, 0, 1, 0, 2, 0, 3, 0, 4, 0, 2, 9, 9, 0, 0x57))),
            tunnel("L2TPv3", TunnelType.L2TP, 8,
                inner(outer().protocol(115).bytes(0, 0, 0, 8, 1, 2, 3, 4).innerEthernet())),
            tunnel("L2TPv3 in UDP", TunnelType.L2TP, 8, inner(udp(1701).bytes(0, 3, 0, 0, 0, 0, 0, 8).innerEthernet())),
            tunnel("CAPWAP", TunnelType.CAPWAP, 0,
                inner(wireless(udp(5247).bytes(0, 0x10, 1, 0, 0, 0, 0, 0), 0x08, 0x01, 0))),
            tunnel("CAPWAP with swapped frame control", TunnelType.CAPWAP, 0,
                inner(wireless(udp(5247).bytes(0, 0x10, 1, 0, 0, 0, 0, 0), 0x02, 0x88, 2))),
            tunnel("CAPWAP with Ethernet", TunnelType.CAPWAP, 0,
                inner(udp(5247).bytes(0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0).innerEthernet())),
            tunnel("TZSP", TunnelType.TZSP, 0, inner(udp(37_008).bytes(1, 0, 0, 1, 1).innerEthernet())),
            tunnel("TZSP with tags", TunnelType.TZSP, 0,
                inner6(wireless(udp(37_008).bytes(1, 0, 0, 18, 0, 10, 1, 99, 41, 2, 1, 2, 1), 0x08, 0x02, 0))),
            tunnel("MPLS in UDP", TunnelType.MPLS, 0, inner(udp(6635).bytes(0, 1, 0, 64, 0, 1, 1, 64))),
            tunnel("MPLS in IP", TunnelType.MPLS, 0, inner(outer().protocol(137).bytes(0, 1, 1, 64))),
            tunnel("EtherIP", TunnelType.ETHER_IP, 0, inner(outer().protocol(97).bytes(0x30, 0).innerEthernet())));
    }

    static Stream<Sample> all() {
        return Stream.concat(links(), tunnels());
    }

    @AfterEach
    void close() {
        source.close();
        memory.close();
    }

    @ParameterizedTest
    @MethodSource("all")
    void shouldFindTheInnermostPacket(final Sample sample) {
        assertThat(parse(sample, sample.frame().length)).isEqualTo(PARSED);

        assertIsInnermost(sample);
        assertThat(parsed.wireLength(0)).isEqualTo(sample.frame().length);
        assertThat(parsed.payloadLength(0)).isEqualTo(PAYLOAD);
    }

    @ParameterizedTest
    @MethodSource("tunnels")
    void shouldTellTheTunnel(final Sample sample) {
        parse(sample, sample.frame().length);

        assertThat(parsed.isTunnelled(0)).isTrue();
        assertThat(TunnelType.of(PacketTunnel.type(parsed.tunnel(0)))).isEqualTo(sample.tunnel());
        assertThat(PacketTunnel.id(parsed.tunnel(0))).isEqualTo(sample.id());
        assertThat(parsed.tunnelDepth(0)).isEqualTo(1);
        assertThat(PacketTunnel.header(parsed.tunnel(0))).isEqualTo(memory.guard() - sample.frame().length + 14);
    }

    @ParameterizedTest
    @MethodSource("links")
    void shouldTellNoTunnelWhereThereIsNone(final Sample sample) {
        parse(sample, sample.frame().length);

        assertThat(parsed.isTunnelled(0)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("tunnels")
    void shouldKeepTunnelsClosedWhereTold(final Sample sample) {
        assertThat(parse(new PacketParser(parsed, TunnelType.NONE), sample.link(), sample.frame(),
            sample.frame().length))
            .isEqualTo(PARSED);
        assertThat(parsed.isTunnelled(0)).isFalse();
        assertThat(parsed.l3Address(0)).isEqualTo(memory.guard() - sample.frame().length + 14);

        parse(new PacketParser(parsed, TunnelType.ALL & ~sample.tunnel().bit), sample.link(), sample.frame(),
            sample.frame().length);
        assertThat(parsed.isTunnelled(0)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("all")
    void shouldReadNoFurtherThanTheFrameGoes(final Sample sample) {
        for (int length = 0; length < sample.frame().length; length++) {
            source.snapLengthBytes(Integer.MAX_VALUE);
            assertIsUsable(parse(sample, length), length);

            source.snapLengthBytes(length);
            final byte outcome = parse(sample, length);
            assertIsUsable(outcome, length);
            if (length >= sample.frame().length - PAYLOAD) {
                assertThat(outcome).isEqualTo(PARSED);
                assertIsInnermost(sample);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldSurviveDamagedFrames(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final List<Sample> samples = all().toList();
        final PacketParser parser = new PacketParser(parsed);
        for (int i = 0; i < 50_000; i++) {
            final Sample sample = samples.get(random.nextInt(samples.size()));
            final byte[] frame = sample.frame().clone();
            for (int damages = random.nextInt(1, 6); damages > 0; damages--) {
                frame[random.nextInt(frame.length)] = (byte) random.nextInt();
            }
            final int length = random.nextInt(4) == 0 ? random.nextInt(frame.length + 1) : frame.length;
            source.snapLengthBytes(random.nextBoolean() ? length : Integer.MAX_VALUE);

            assertIsUsable(parse(parser, sample.link(), frame, length), length);
        }
    }

    @ParameterizedTest
    @MethodSource("tunnels")
    void shouldLeaveATunnelClosedWhoseContentIsNoIp(final Sample sample) {
        final byte[] frame = sample.frame().clone();
        final int innerHeader = frame.length - PAYLOAD - 20 - (isVersion6(sample) ? 40 : 20);
        frame[innerHeader] = (byte) 0xF5;

        assertThat(parse(new PacketParser(parsed), sample.link(), frame, frame.length)).isEqualTo(PARSED);
        assertThat(parsed.isTunnelled(0)).isFalse();
        assertThat(parsed.l3Address(0)).isEqualTo(memory.guard() - frame.length + 14);
    }

    @Test
    void shouldOpenEightTunnelsInEachOtherAndCountWhatLiesDeeper() {
        final byte[] fits = tunnelled(PacketParser.MAX_TUNNELS);
        parse(new PacketParser(parsed), LinkType.ETHERNET, fits, fits.length);
        assertThat(PacketEnds.destinationPort(parsed.ends(0))).isEqualTo(PORT);
        assertThat(parsed.tunnelDepth(0)).isEqualTo(PacketParser.MAX_TUNNELS);
        assertThat(parsed.totals().tooDeep()).isZero();

        final byte[] deeper = tunnelled(PacketParser.MAX_TUNNELS + 1);
        assertThat(parse(new PacketParser(parsed), LinkType.ETHERNET, deeper, deeper.length)).isEqualTo(PARSED);
        assertThat(parsed.totals().tooDeep()).isEqualTo(1);
        assertThat(PacketEnds.l4Protocol(parsed.ends(0))).isEqualTo(IpProtocol.IPV4);
        assertThat(parsed.tunnelDepth(0)).isEqualTo(PacketParser.MAX_TUNNELS);
    }

    @Test
    void shouldForgetTheTunnelOfThePacketThatTheSlotHeldBefore() {
        final byte[] tunnelled = tunnelled(2);
        for (final FrameBuilder frame : List.of(ethernet(), ethernet().vlan(7), ethernet().llcSnap())) {
            parse(new PacketParser(parsed), LinkType.ETHERNET, tunnelled, tunnelled.length);
            assertThat(parsed.isTunnelled(0)).isTrue();

            final byte[] bare = inner(frame).payload(PAYLOAD).build();
            assertThat(parse(new PacketParser(parsed), LinkType.ETHERNET, bare, bare.length)).isEqualTo(PARSED);
            assertThat(parsed.isTunnelled(0)).isFalse();
        }
    }

    @Test
    void shouldTellTheOutermostOfSeveralTunnels() {
        final byte[] frame = inner(udp(2152).bytes(0x30, 0xFF, 0, 60, 0, 0, 0, 5).ipv4("10.1.0.1", "10.1.0.2"))
            .payload(PAYLOAD).build();
        parse(new PacketParser(parsed), LinkType.ETHERNET, frame, frame.length);

        assertThat(TunnelType.of(PacketTunnel.type(parsed.tunnel(0)))).isEqualTo(TunnelType.GTP_U);
        assertThat(PacketTunnel.id(parsed.tunnel(0))).isEqualTo(5);
        assertThat(parsed.tunnelDepth(0)).isEqualTo(2);
        assertThat(PacketTunnel.sourcePort(parsed.tunnel(0))).isEqualTo(SOURCE_PORT);
        assertThat(PacketTunnel.destinationPort(parsed.tunnel(0))).isEqualTo(2152);
        assertThat(PacketTunnel.l4Protocol(parsed.tunnel(0))).isEqualTo(IpProtocol.UDP);
    }

    @Test
    void shouldTakeVlanAndAddressesOfTheInnermostEthernet() {
        final byte[] frame = inner(ethernet().vlan(10).ipv4(OUTER_A, OUTER_B).udp(SOURCE_PORT, 4789)
            .bytes(8, 0, 0, 0, 0, 0, 1, 0).innerEthernet().vlan(20)).payload(PAYLOAD).build();
        parse(new PacketParser(parsed), LinkType.ETHERNET, frame, frame.length);
        assertThat(PacketEnds.vlanId(parsed.ends(0))).isEqualTo(20);
        assertThat(parsed.macAddress(0)).isEqualTo(memory.guard() - frame.length + 18 + 20 + 8 + 8);

        final byte[] untagged = inner(ethernet().vlan(10).ipv4(OUTER_A, OUTER_B)).payload(PAYLOAD).build();
        parse(new PacketParser(parsed), LinkType.ETHERNET, untagged, untagged.length);
        assertThat(PacketEnds.vlanId(parsed.ends(0))).isEqualTo(10);
        assertThat(parsed.macAddress(0)).isEqualTo(memory.guard() - untagged.length);
    }

    @Test
    void shouldLeaveTeredosOwnMessagesInItsFlow() {
        final byte[] bubble = udp(3544).ipv6(A6, B6).protocol(59).build();
        parse(new PacketParser(parsed), LinkType.ETHERNET, bubble, bubble.length);
        assertThat(PacketEnds.destinationPort(parsed.ends(0))).isEqualTo(3544);

        final byte[] solicitation = udp(3544).ipv6("fe80::1", "ff02::2").icmpv6(133, 0).build();
        parse(new PacketParser(parsed), LinkType.ETHERNET, solicitation, solicitation.length);
        assertThat(PacketEnds.destinationPort(parsed.ends(0))).isEqualTo(3544);
    }

    @Test
    void shouldTellWhatFramesWithoutIpCarry() {
        assertKind("family_0x0007", LinkType.NULL, 7, 0, 0, 0, 1, 1, 1, 1);
        assertKind("ppp_0xc021", LinkType.PPP, 0xFF, 3, 0xC0, 0x21, 1, 1, 0, 4);
        assertKind("ethertype_0x8035", LinkType.HDLC, 0x8F, 0, 0x80, 0x35, 0, 0);
        assertKind("wireless_0x0080", LinkType.IEEE802_11, 0x80, 0, 0, 0, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 1, 2, 3,
            4, 5, 6, 0, 0);
        assertKind("llc_0x0042", LinkType.LINUX_SLL, 0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 0, 4, 0x42, 0x42, 3);
        final byte[] discovery = ethernet().protocol(0x8863).payload(20).build();
        assertThat(parse(new PacketParser(parsed), LinkType.ETHERNET, discovery, discovery.length)).isEqualTo(NOT_IP);
        assertThat(NonIpKind.key(parsed.flagsOrType(0))).isEqualTo("ethertype_0x8863");
    }

    @Test
    void shouldRefuseAWirelessFrameWithABadChecksum() {
        final byte[] frame = inner(wireless(bare().bytes(0, 0, 9, 0, 2, 0, 0, 0, 0x40), 0x08, 0x01, 0)).payload(PAYLOAD)
            .build();
        assertThat(parse(new PacketParser(parsed), LinkType.IEEE802_11_RADIOTAP, frame, frame.length))
            .isEqualTo(MALFORMED);
    }

    @Test
    void shouldNotTakeAnOrdinaryPacketOnATunnelsPortForATunnel() {
        for (final int port : new int[] {2152, 3544, 1701, 4789, 8472, 4790, 6081, 5247, 37_008, 6635}) {
            final byte[] query = ethernet().ipv4(A, B).udp(port, 53).payload(40).build();
            assertThat(parse(new PacketParser(parsed), LinkType.ETHERNET, query, query.length)).isEqualTo(PARSED);
            assertThat(parsed.isTunnelled(0)).isFalse();
            assertThat(PacketEnds.sourcePort(parsed.ends(0))).isEqualTo(port);
        }
    }

    private void assertKind(final String kind, final LinkType link, final int... bytes) {
        final byte[] frame = bare().bytes(bytes).build();
        assertThat(parse(new PacketParser(parsed), link, frame, frame.length)).isEqualTo(NOT_IP);
        assertThat(NonIpKind.key(parsed.flagsOrType(0))).isEqualTo(kind);
    }

    private void assertIsInnermost(final Sample sample) {
        final long ends = parsed.ends(0);
        final boolean ipv6 = isVersion6(sample);
        assertThat(PacketEnds.ipVersion(ends)).isEqualTo(ipv6 ? 6 : 4);
        assertThat(PacketEnds.l4Protocol(ends)).isEqualTo(IpProtocol.TCP);
        assertThat(PacketEnds.sourcePort(ends)).isEqualTo(SOURCE_PORT);
        assertThat(PacketEnds.destinationPort(ends)).isEqualTo(PORT);
        assertThat(PacketEnds.sourceHigh(ends)).isEqualTo(ipv6 ? 0x2001_0DB8_0000_0000L : 0xC000_0201_0000_0000L);
        assertThat(parsed.tcpSequence(0)).isEqualTo(7);
    }

    /** The last IP header is the one right before the 20 bytes of TCP and the payload. */
    private static boolean isVersion6(final Sample sample) {
        final byte[] frame = sample.frame();
        final int ipv6 = frame.length - PAYLOAD - 20 - 40;
        return ipv6 >= 0 && frame[ipv6] == 0x60 && frame[ipv6 + 6] == 6;
    }

    private void assertIsUsable(final byte outcome, final int length) {
        if (outcome != PARSED) {
            assertThat(outcome).isIn(NOT_IP, MALFORMED);
            return;
        }
        final long start = memory.guard() - length;
        assertThat(parsed.l3Address(0)).isBetween(start, memory.guard());
        assertThat(parsed.l3Length(0)).isEqualTo((int) (memory.guard() - parsed.l3Address(0)));
        assertThat(parsed.wireLength(0)).isGreaterThanOrEqualTo(length);
        assertThat(parsed.payloadLength(0)).isBetween(0, parsed.wireLength(0));
        assertThat(PacketEnds.vlanId(parsed.ends(0))).isBetween(0, 4095);
        if (parsed.isTunnelled(0)) {
            assertThat(PacketTunnel.header(parsed.tunnel(0))).isBetween(start, parsed.l3Address(0));
            assertThat(parsed.tunnelDepth(0)).isBetween(1, PacketParser.MAX_TUNNELS);
            assertThat(TunnelType.of(PacketTunnel.type(parsed.tunnel(0)))).isNotNull();
        }
        if (parsed.fragment(0)) {
            assertThat(parsed.fragmentHeader(0)).isBetween(start, memory.guard());
        }
    }

    private byte parse(final Sample sample, final int length) {
        return parse(new PacketParser(parsed), sample.link(), sample.frame(), length);
    }

    private byte parse(final PacketParser parser, final LinkType link, final byte[] frame, final int length) {
        source.linkType(link);
        source.addAt(0, memory.atEnd(frame, length), length, 0);
        burst.receive();
        parser.parse(burst);
        return parsed.outcome(0);
    }

    private static Sample link(final String name, final LinkType link, final FrameBuilder frame) {
        return new Sample(name, link, null, 0, frame.payload(PAYLOAD).build());
    }

    private static Sample tunnel(final String name, final TunnelType type, final int id, final FrameBuilder frame) {
        return new Sample(name, LinkType.ETHERNET, type, id, frame.payload(PAYLOAD).build());
    }

    private static byte[] tunnelled(final int tunnels) {
        final FrameBuilder frame = ethernet();
        for (int i = 0; i < tunnels; i++) {
            frame.ipv4("10.0.0." + i, "10.0.1." + i);
        }
        return inner(frame).payload(PAYLOAD).build();
    }

    private static FrameBuilder outer() {
        return ethernet().ipv4(OUTER_A, OUTER_B);
    }

    private static FrameBuilder udp(final int port) {
        return outer().udp(SOURCE_PORT, port);
    }

    private static FrameBuilder gre(final int flags, final int protocol) {
        return outer().protocol(47).bytes(flags >> 8, flags, protocol >> 8, protocol);
    }

    /** A data frame's header from its frame control on, and LLC with SNAP. */
    private static FrameBuilder wireless(
        final FrameBuilder frame, final int control, final int flags, final int moreBytes) {
        return frame.bytes(control, flags, 0, 0, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 3, 0, 0)
            .bytes(new int[moreBytes]).llcSnap();
    }

    private static FrameBuilder inner(final FrameBuilder frame) {
        return frame.ipv4(A, B).tcp(SOURCE_PORT, PORT, ACK, 7);
    }

    private static FrameBuilder inner6(final FrameBuilder frame) {
        return frame.ipv6(A6, B6).tcp(SOURCE_PORT, PORT, ACK, 7);
    }
}
