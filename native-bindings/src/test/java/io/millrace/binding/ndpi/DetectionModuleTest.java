package io.millrace.binding.ndpi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.link.NativeShim;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** nDPI for real. */
final class DetectionModuleTest {
    private static final int UNKNOWN = 0;
    private static final int DNS = 5;
    private static final int HTTP = 7;
    private static final int SSH = 92;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int CONFIDENCE_BY_PORT = 1;
    private static final int CONFIDENCE_DPI = 4;
    private static final long TIME_MS = 1_700_000_000_000L;

    private final Arena arena = Arena.ofShared();
    private final DetectionModule module = DetectionModule.create();
    private final MemorySegment flow = arena.allocate(DetectionModule.FLOW_STATE_LENGTH, Long.BYTES);
    private final MemorySegment verdict = arena.allocate(DetectionModule.VERDICT_LENGTH, Long.BYTES);
    private final MemorySegment metadata = arena.allocate(DetectionModule.METADATA_MAX_LENGTH, Long.BYTES);

    @AfterEach
    void close() {
        module.reset(flow.address());
        module.close();
        module.close();
        arena.close();
    }

    @Test
    void shouldNameADnsQueryAtItsFirstPacket() {
        assertThat(inspect(dnsQuery("www.example.org"))).isIn(DetectionModule.NAMED, DetectionModule.FINAL);

        assertThat(master() == DNS || app() == DNS).isTrue();
        assertThat(confidence()).isEqualTo(CONFIDENCE_DPI);
    }

    @Test
    void shouldHaveNothingMoreToLearnAfterTheDnsResponse() {
        inspect(dnsQuery("www.example.org"));

        assertThat(inspect(dnsResponse("www.example.org"))).isEqualTo(DetectionModule.FINAL);
    }

    @Test
    void shouldReadTheHostNameOfADnsQuery() {
        inspect(dnsQuery("www.example.org"));

        final int length = module.metadata(flow.address(), metadata.address(), DetectionModule.METADATA_MAX_LENGTH);

        assertThat(length).isPositive().isEqualTo(metadata.get(JAVA_INT, offset("total_length")));
        assertThat(length % Long.BYTES).isZero();
        assertThat(text("host_name")).isEqualTo("www.example.org");
        assertThat(metadata.get(JAVA_BYTE, offset("dns_present"))).isEqualTo((byte) 1);
        assertThat(metadata.get(JAVA_SHORT, offset("dns_query_type"))).isEqualTo((short) 1);
        assertThat(text("http_url")).isEmpty();
    }

    @Test
    void shouldReadTheRequestLineAndHeadersOfAnHttpRequest() {
        final byte[] request = ("GET /index.html?q=1 HTTP/1.1\r\nHost: www.example.org\r\n"
            + "User-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n").getBytes(StandardCharsets.US_ASCII);

        assertThat(inspect(tcp(40_000, 80, request))).isNotEqualTo(DetectionModule.UNDECIDED);
        module.metadata(flow.address(), metadata.address(), DetectionModule.METADATA_MAX_LENGTH);

        assertThat(master() == HTTP || app() == HTTP).isTrue();
        assertThat(text("host_name")).isEqualTo("www.example.org");
        assertThat(text("http_method")).isEqualTo("GET");
        assertThat(text("http_url")).isEqualTo("www.example.org/index.html?q=1");
        assertThat(text("http_user_agent")).isEqualTo("curl/7.88.1");
    }

    @Test
    void shouldReadAHostThatIsAnIpv6Address() {
        inspect(tcp(40_000, 8080, "GET /a HTTP/1.1\r\nHost: [2001:db8::2]:8080\r\nUser-Agent: curl/7.88.1\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII)));
        module.metadata(flow.address(), metadata.address(), DetectionModule.METADATA_MAX_LENGTH);

        assertThat(text("host_name")).isEqualTo("[2001:db8::2]");
        assertThat(text("http_url")).isEqualTo("[2001:db8::2]:8080/a");
    }

    @Test
    void shouldTellTheSshClientFromTheServerWhoeverSpeaksFirst() {
        final byte[] server = "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n".getBytes(StandardCharsets.US_ASCII);
        final byte[] client = "SSH-2.0-PuTTY_Release_0.78\r\n".getBytes(StandardCharsets.US_ASCII);
        inspect(tcp(40_000, 22, new byte[0]));
        inspect(answer(tcp(22, 40_000, server)));
        inspect(tcp(40_000, 22, client));
        module.metadata(flow.address(), metadata.address(), DetectionModule.METADATA_MAX_LENGTH);
        assertThat(text("ssh_client_signature")).isEqualTo("SSH-2.0-PuTTY_Release_0.78");
        assertThat(text("ssh_server_signature")).isEqualTo("SSH-2.0-OpenSSH_9.2p1 Debian-2");

        module.reset(flow.address());
        inspect(tcp(40_000, 22, client));
        inspect(answer(tcp(22, 40_000, server)));
        module.metadata(flow.address(), metadata.address(), DetectionModule.METADATA_MAX_LENGTH);
        assertThat(text("ssh_client_signature")).isEqualTo("SSH-2.0-PuTTY_Release_0.78");
        assertThat(text("ssh_server_signature")).isEqualTo("SSH-2.0-OpenSSH_9.2p1 Debian-2");
    }

    @Test
    void shouldCutTextsThatDoNotFitIntoTheMetadata() {
        inspect(dnsQuery("www.example.org"));
        final int fixedPart = NativeShim.shim().layout("millrace_flow_metadata");

        assertThat(module.metadata(flow.address(), metadata.address(), fixedPart - 1)).isZero();
        assertThat(module.metadata(flow.address(), metadata.address(), fixedPart + 3)).isEqualTo(fixedPart + 3);
        assertThat(text("host_name")).isEqualTo("www");
    }

    @Test
    void shouldKeepNothingOfAFlowThatSaidNothing() {
        assertThat(inspect(udp(40_000, 40_001, new byte[] {1, 2, 3}))).isEqualTo(DetectionModule.UNDECIDED);

        assertThat(module.metadata(flow.address(), metadata.address(), DetectionModule.METADATA_MAX_LENGTH)).isZero();
    }

    @Test
    void shouldNameAFlowByItsPortWhenItGivesUp() {
        assertThat(inspect(tcp(40_000, 22, new byte[0]))).isEqualTo(DetectionModule.UNDECIDED);
        assertThat(app()).isEqualTo(UNKNOWN);

        module.giveUp(flow.address(), verdict.address());

        assertThat(app()).isEqualTo(SSH);
        assertThat(confidence()).isEqualTo(CONFIDENCE_BY_PORT);
    }

    @Test
    void shouldGiveUpAFlowOfWhichItSawNothing() {
        module.giveUp(flow.address(), verdict.address());

        assertThat(app()).isEqualTo(UNKNOWN);
        assertThat(master()).isEqualTo(UNKNOWN);
    }

    @Test
    void shouldGuessByPortWithoutState() {
        module.guess(TCP, 0x0A000001, 40_000, 0x0A000002, 22, verdict.address());
        assertThat(app()).isEqualTo(SSH);
        assertThat(confidence()).isEqualTo(CONFIDENCE_BY_PORT);

        module.guess(UDP, 0x0A000001, 53, 0x0A000002, 40_000, verdict.address());
        assertThat(master() == DNS || app() == DNS).isTrue();

        module.guess(UDP, 0, 40_000, 0, 40_001, verdict.address());
        assertThat(app()).isEqualTo(UNKNOWN);
    }

    @Test
    void shouldBeReadyForAnotherFlowAfterAReset() {
        inspect(dnsQuery("www.example.org"));
        module.reset(flow.address());

        assertThat(flow.toArray(JAVA_BYTE)).containsOnly(0);
        assertThat(inspect(tcp(40_000, 22, new byte[0]))).isEqualTo(DetectionModule.UNDECIDED);
        assertThat(app()).isEqualTo(UNKNOWN);
    }

    @Test
    void shouldNotMixTransportsInOneFlow() {
        inspect(dnsQuery("www.example.org"));
        final byte[] state = flow.toArray(JAVA_BYTE);

        assertThat(inspect(tcp(40_000, 443, new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xFC, 3, 3})))
            .isEqualTo(DetectionModule.NAMED);

        assertThat(app()).isEqualTo(DNS);
        assertThat(flow.toArray(JAVA_BYTE)).isEqualTo(state);
    }

    @Test
    void shouldTakePacketsOfAnyLength() {
        final byte[] query = dnsQuery("www.example.org");
        for (int length = 0; length <= query.length; length++) {
            final byte[] cut = Arrays.copyOf(query, length);

            assertThat(inspect(cut)).isBetween(DetectionModule.UNDECIDED, DetectionModule.FINAL);
            module.reset(flow.address());
        }
        assertThat(inspect(Arrays.copyOf(query, 70_000)))
            .isBetween(DetectionModule.UNDECIDED, DetectionModule.FINAL);
    }

    @Test
    void shouldNameTheLoadedVersion() {
        assertThat(DetectionModule.version()).startsWith("4.2.");
    }

    @Test
    void shouldRefuseAnotherApiThanTheCompiledOne() {
        assertThatCode(() -> DetectionModule.requireApi(6000, 6000)).doesNotThrowAnyException();
        assertThatThrownBy(() -> DetectionModule.requireApi(6000, 8000))
            .isInstanceOf(EnvironmentException.class)
            .hasMessage("native library was built for nDPI API 6000, but nDPI " + DetectionModule.version()
                + " with API 8000 is installed: run deploy/quickstart to rebuild it");
    }

    private int inspect(final byte[] packet) {
        final MemorySegment bytes = arena.allocate(Math.max(1, packet.length));
        MemorySegment.copy(packet, 0, bytes, JAVA_BYTE, 0, packet.length);
        return module.inspect(flow.address(), bytes.address(), packet.length, TIME_MS, verdict.address());
    }

    private int master() {
        return verdict.get(JAVA_SHORT, DetectionModule.VERDICT_MASTER_OFFSET) & 0xFFFF;
    }

    private int app() {
        return verdict.get(JAVA_SHORT, DetectionModule.VERDICT_APP_OFFSET) & 0xFFFF;
    }

    private int confidence() {
        return verdict.get(JAVA_BYTE, DetectionModule.VERDICT_CONFIDENCE_OFFSET);
    }

    private String text(final String name) {
        final int start = metadata.get(JAVA_SHORT, offset(name + "_offset")) & 0xFFFF;
        final int length = metadata.get(JAVA_SHORT, offset(name + "_length")) & 0xFFFF;
        return new String(metadata.asSlice(start, length).toArray(JAVA_BYTE), StandardCharsets.US_ASCII);
    }

    private static int offset(final String member) {
        return NativeShim.shim().layout("millrace_flow_metadata." + member);
    }

    private static byte[] dnsQuery(final String name) {
        return udp(40_000, 53, HexFormat.of().parseHex("123401000001000000000000" + question(name)));
    }

    private static byte[] dnsResponse(final String name) {
        return udp(53, 40_000, HexFormat.of().parseHex("123481800001000100000000" + question(name)
            + "c00c00010001000000ff0004c0000201"));
    }

    private static String question(final String name) {
        final StringBuilder hex = new StringBuilder();
        for (final String label : name.split("\\.")) {
            hex.append(HexFormat.of().toHexDigits((byte) label.length()));
            hex.append(HexFormat.of().formatHex(label.getBytes(StandardCharsets.US_ASCII)));
        }
        return hex.append("0000010001").toString();
    }

    private static byte[] udp(final int sourcePort, final int destinationPort, final byte[] payload) {
        final int length = 8 + payload.length;
        return ipv4(UDP, ports(sourcePort, destinationPort) + hex16(length) + "0000", payload);
    }

    private static byte[] tcp(final int sourcePort, final int destinationPort, final byte[] payload) {
        final String numbersAndFlags = "0000000100000001" + "5018ffff00000000";
        return ipv4(TCP, ports(sourcePort, destinationPort) + numbersAndFlags, payload);
    }

    private static byte[] ipv4(final int protocol, final String transport, final byte[] payload) {
        final int length = 20 + transport.length() / 2 + payload.length;
        return HexFormat.of().parseHex("4500" + hex16(length) + "00004000" + "40"
            + HexFormat.of().toHexDigits((byte) protocol) + "0000" + "0a000001" + "0a000002" + transport
            + HexFormat.of().formatHex(payload));
    }

    private static byte[] answer(final byte[] packet) {
        final byte[] swapped = packet.clone();
        System.arraycopy(packet, 12, swapped, 16, 4);
        System.arraycopy(packet, 16, swapped, 12, 4);
        return swapped;
    }

    private static String ports(final int source, final int destination) {
        return hex16(source) + hex16(destination);
    }

    private static String hex16(final int value) {
        return HexFormat.of().toHexDigits((short) value);
    }
}
