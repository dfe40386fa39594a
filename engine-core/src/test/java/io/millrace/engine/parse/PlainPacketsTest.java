package io.millrace.engine.parse;

import static io.millrace.engine.fixture.FrameBuilder.ACK;
import static io.millrace.engine.fixture.FrameBuilder.SYN;
import static io.millrace.engine.fixture.FrameBuilder.ethernet;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.fixture.GuardedMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every frame lies flush against a page that may not be read. */
final class PlainPacketsTest {
    private static final String CLIENT = "10.0.0.1";
    private static final String SERVER = "192.168.7.2";
    private static final String CLIENT6 = "2001:db8::1";
    private static final String SERVER6 = "fe80::2:3";
    private static final int MUTATIONS_PER_FRAME = 50_000;
    private static final int LONGEST_HEADERS = 80;
    private static final int VLAN_TAKEN_OFF = 42;

    private final GuardedMemory memory = new GuardedMemory(64 << 10);
    private final ParsedBurst plain = new ParsedBurst(1);
    private final ParsedBurst thorough = new ParsedBurst(1);
    private final PacketParser parser = new PacketParser(thorough);

    static Stream<byte[]> plainFrames() {
        return Stream.of(
            ethernet().ipv4(CLIENT, SERVER).udp(1000, 53).payload(18).build(),
            ethernet().ipv4(CLIENT, SERVER).udp(1000, 53).build(),
            ethernet().ipv4("255.255.255.255", "128.0.0.1").udp(65_535, 32_768).payload(1400).build(),
            ethernet().ipv4(CLIENT, SERVER).tcp(40_000, 443, SYN, -1, 40).build(),
            ethernet().ipv4(CLIENT, SERVER).tcp(40_000, 443, ACK, 7).payload(1000).build(),
            ethernet().ipv6(CLIENT6, SERVER6).udp(1000, 53).payload(20).build(),
            ethernet().ipv6(CLIENT6, SERVER6).udp(1000, 53).build(),
            ethernet().ipv6("ffff::ffff", "8000::").tcp(65_535, 32_768, ACK, 1 << 31, 12).payload(3).build());
    }

    static Stream<byte[]> otherFrames() {
        return Stream.of(
            ethernet().vlan(7).ipv4(CLIENT, SERVER).udp(1000, 53).payload(18).build(),
            ethernet().ipv4(CLIENT, SERVER, 40, 0).udp(1000, 53).payload(18).build(),
            ethernet().ipv4(CLIENT, SERVER, 0, 5).udp(1000, 53).payload(18).build(),
            ethernet().ipv4(CLIENT, SERVER).udp(1000, UdpTunnels.VXLAN).payload(60).build(),
            ethernet().ipv4(CLIENT, SERVER).udp(UdpTunnels.GTP_U, 1000).payload(60).build(),
            ethernet().ipv4(CLIENT, SERVER).sctp(1, 2).payload(18).build(),
            ethernet().ipv4(CLIENT, SERVER).icmp(8, 0).payload(18).build(),
            ethernet().ipv4(CLIENT, SERVER).protocol(47).payload(40).build(),
            ethernet().ipv6(CLIENT6, SERVER6).extension(0, 8).udp(1000, 53).payload(18).build(),
            ethernet().ipv6(CLIENT6, SERVER6).fragment(0, true).udp(1000, 53).payload(18).build(),
            ethernet().llcSnap().ipv4(CLIENT, SERVER).udp(1000, 53).payload(18).build());
    }

    @AfterEach
    void close() {
        memory.close();
    }

    @ParameterizedTest
    @MethodSource("plainFrames")
    void shouldFindInPlainFramesWhatTheParserFinds(final byte[] frame) {
        assertThat(isPlain(frame, frame.length, 0)).isTrue();
        assertThat(isPlain(frame, frame.length, VLAN_TAKEN_OFF)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("otherFrames")
    void shouldLeaveOtherFramesToTheParser(final byte[] frame) {
        assertThat(isPlain(frame, frame.length, 0)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("plainFrames")
    void shouldLeaveFramesThatWereCutToTheParser(final byte[] frame) {
        for (int length = 0; length < frame.length; length++) {
            assertThat(isPlain(frame, length, 0)).as("length %d", length).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("plainFrames")
    void shouldFindInDamagedFramesWhatTheParserFinds(final byte[] frame) {
        final SplittableRandom random = new SplittableRandom(frame.length);
        for (int i = 0; i < MUTATIONS_PER_FRAME; i++) {
            final byte[] damaged = frame.clone();
            for (int damages = random.nextInt(1, 4); damages > 0; damages--) {
                damaged[random.nextInt(Math.min(frame.length, LONGEST_HEADERS))] = (byte) random.nextInt();
            }
            isPlain(damaged, damaged.length, 0);
        }
    }

    @Test
    void shouldForgetWhatTheSlotHeldBefore() {
        final byte[] tunnel = ethernet().ipv4(CLIENT, SERVER).udp(1, UdpTunnels.VXLAN).payload(60).build();
        plain.fragment(0, true);
        plain.typeOfService(0, 0xFF);
        plain.tcp(0, -1, -1, -1);
        PacketEnds.vlanId(plain.ends(0), 0xFFF);
        assertThat(isPlain(tunnel, tunnel.length, 0)).isFalse();

        final byte[] frame = plainFrames().findFirst().orElseThrow();
        assertThat(isPlain(frame, frame.length, 0)).isTrue();
    }

    /** Whether the frame is plain; if it is, all that was found is what the parser finds on its long way. */
    private boolean isPlain(final byte[] frame, final int length, final int strippedVlanId) {
        final long start = memory.atEnd(frame, length);
        if (!PlainPackets.parse(plain, 0, start, length, strippedVlanId)) {
            return false;
        }
        thorough.clear();
        parser.parseAny(0, start, length, strippedVlanId, Integer.MAX_VALUE);
        assertThat(facts(plain)).isEqualTo(facts(thorough));
        assertThat(thorough.isTunnelled(0)).isFalse();
        assertThat(thorough.totals().brokenTransports() + thorough.totals().fragments()).isZero();
        return true;
    }

    private static List<Long> facts(final ParsedBurst parsed) {
        final long ends = parsed.ends(0);
        final List<Long> facts = new ArrayList<>(List.of(
            PacketEnds.sourceHigh(ends), PacketEnds.sourceLow(ends),
            PacketEnds.destinationHigh(ends), PacketEnds.destinationLow(ends),
            parsed.l3Address(0), parsed.macAddress(0)));
        for (final int fact : new int[] {
            parsed.outcome(0), PacketEnds.sourcePort(ends), PacketEnds.destinationPort(ends), PacketEnds.vlanId(ends),
            PacketEnds.l4Protocol(ends), PacketEnds.ipVersion(ends), parsed.l3Length(0), parsed.wireLength(0),
            parsed.payloadLength(0), parsed.flagsOrType(0), parsed.tcpSequence(0), parsed.typeOfService(0),
            parsed.fragment(0) ? 1 : 0, parsed.tunnelDepth(0)}) {
            facts.add((long) fact);
        }
        return facts;
    }
}
