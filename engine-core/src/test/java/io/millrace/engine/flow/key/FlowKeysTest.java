package io.millrace.engine.flow.key;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.fixture.PacketFacts;
import io.millrace.engine.parse.FlowHash;
import io.millrace.engine.parse.PacketEnds;
import io.millrace.engine.parse.ParsedBurst;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FlowKeysTest {
    private static final String A = "10.0.0.1";
    private static final String B = "10.0.0.2";

    private final ParsedBurst parsed = new ParsedBurst(2, new FlowHash(42));
    private final FlowKeys keys = new FlowKeys(parsed);

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 40000, 10.0.0.2, 443",
        "10.0.0.2, 443, 10.0.0.1, 40000",
        "10.0.0.1, 1, 200.0.0.1, 1",
        "10.0.0.1, 5, 10.0.0.1, 6",
        "10.0.0.1, 0, 10.0.0.2, 65535",
        "127.255.255.255, 7, 128.0.0.0, 7",
        "2001:db8::1, 1000, 2001:db8::2, 2000",
        "2001:db8::1, 1000, fe80::1, 1000",
        "2001:db8::7fff:ffff:ffff:ffff, 1, 2001:db8::8000:0:0:0, 1",
        "::1, 9, ::1, 8"})
    void shouldMatchBothDirectionsOfAFlow(
        final String source, final int sourcePort, final String destination, final int destinationPort) {

        PacketFacts.of(parsed, 0, source, sourcePort, destination, destinationPort);
        PacketFacts.of(parsed, 1, destination, destinationPort, source, sourcePort);
        keys.compute(2);

        assertThat(key(0)).isEqualTo(key(1));
        assertThat(keys.hash(0)).isEqualTo(keys.hash(1));
        assertThat(keys.fromHighSide(0)).isNotEqualTo(keys.fromHighSide(1));
    }

    @Test
    void shouldPutTheSmallerAddressFirst() {
        PacketFacts.of(parsed, 0, "200.0.0.1", 1, "10.0.0.1", 2).vlan(4095).protocol(255);
        keys.compute(1);

        assertThat(keys.fromHighSide(0)).isTrue();
        assertThat(keys.word(0, 0)).isEqualTo(0x0A00_0001_0000_0000L);
        assertThat(keys.word(0, 2)).isEqualTo(0xC800_0001_0000_0000L);
        final long word4 = keys.word(0, 4);
        assertThat(FlowKeys.lowPort(word4)).isEqualTo(2);
        assertThat(FlowKeys.highPort(word4)).isEqualTo(1);
        assertThat(FlowKeys.vlanId(word4)).isEqualTo(4095);
        assertThat(FlowKeys.l4Protocol(word4)).isEqualTo(255);
        assertThat(FlowKeys.ipVersion(word4)).isEqualTo(4);
    }

    @Test
    void shouldOrderPortsWhereAddressesAreEqual() {
        PacketFacts.of(parsed, 0, A, 65_535, A, 32_768);
        keys.compute(1);

        assertThat(keys.fromHighSide(0)).isTrue();
        assertThat(FlowKeys.lowPort(keys.word(0, 4))).isEqualTo(32_768);
        assertThat(FlowKeys.highPort(keys.word(0, 4))).isEqualTo(65_535);
    }

    @Test
    void shouldTreatOneEndTalkingToItselfAsOneDirection() {
        PacketFacts.of(parsed, 0, A, 5, A, 5);
        keys.compute(1);

        assertThat(keys.fromHighSide(0)).isFalse();
    }

    @Test
    void shouldTellFlowsApartByEveryPartOfTheKey() {
        PacketFacts.of(parsed, 0, A, 1, B, 2);
        keys.compute(1);
        final List<Long> key = key(0);

        PacketFacts.of(parsed, 0, A, 2, B, 1);
        assertDiffers(key, "ports exchanged");
        PacketFacts.of(parsed, 0, A, 1, B, 3);
        assertDiffers(key, "port");
        PacketFacts.of(parsed, 0, "10.0.0.0", 1, B, 2);
        assertDiffers(key, "address");
        PacketFacts.of(parsed, 0, A, 1, B, 2).protocol(17);
        assertDiffers(key, "protocol");
        PacketFacts.of(parsed, 0, A, 1, B, 2).vlan(1);
        assertDiffers(key, "VLAN");
        PacketFacts.of(parsed, 0, "::ffff:10.0.0.1", 1, "::ffff:10.0.0.2", 2);
        assertDiffers(key, "IPv4 mapped into IPv6");
        PacketFacts.of(parsed, 0, "a00:1::", 1, "a00:2::", 2);
        assertDiffers(key, "IPv6 with the same leading bytes");
    }

    @Test
    void shouldLeaveSlotsAloneThatAreNotParsed() {
        PacketFacts.of(parsed, 0, B, 7, A, 8);
        parsed.outcome(0, ParsedBurst.MALFORMED);
        final List<Long> words = key(0);

        keys.compute(1);

        assertThat(key(0)).isEqualTo(words);
        assertThat(PacketEnds.isSettled(parsed.ends(0))).isFalse();
    }

    private void assertDiffers(final List<Long> key, final String what) {
        keys.compute(1);
        assertThat(key(0)).as(what).isNotEqualTo(key);
    }

    private List<Long> key(final int slot) {
        return IntStream.range(0, FlowKeys.WORDS).mapToObj(index -> keys.word(slot, index)).toList();
    }
}
