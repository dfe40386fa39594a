package io.millrace.script.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowMetadataDescriptor;
import io.millrace.script.verdict.VerdictDescriptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Holds docs/outputs.md to what the code writes. */
final class OutputsDocumentTest {
    private static final int[] TROUBLES = {
        FlowEventDescriptor.CLI2SRV_RETRANSMISSIONS, FlowEventDescriptor.SRV2CLI_RETRANSMISSIONS,
        FlowEventDescriptor.CLI2SRV_OUT_OF_ORDER, FlowEventDescriptor.SRV2CLI_OUT_OF_ORDER,
        FlowEventDescriptor.CLI2SRV_LOST, FlowEventDescriptor.SRV2CLI_LOST,
        FlowEventDescriptor.CLI2SRV_KEEP_ALIVES, FlowEventDescriptor.SRV2CLI_KEEP_ALIVES,
        FlowEventDescriptor.CLI2SRV_ZERO_WINDOWS, FlowEventDescriptor.SRV2CLI_ZERO_WINDOWS};
    private static final Path DOCUMENT = Path.of("..", "docs", "outputs.md");
    private static final byte[] SHA1 = {0x2A, (byte) 0xD1, 0x04, 0x7F, 0x33, (byte) 0xB8, 0x1C, 0x5E, 0x60, (byte) 0x91,
        (byte) 0xC4, 0x0D, (byte) 0xEF, 0x12, 0x77, (byte) 0xA5, 0x48, 0x3B, (byte) 0x9C, 0x06};

    @Test
    void shouldShowTheFlowLineThatTheEncoderWrites() throws IOException {
        assertThat(Files.readString(DOCUMENT)).contains(Messages.flowLine(tlsFlow().flow()));
    }

    @Test
    void shouldShowTheAlertLineThatTheEncoderWrites() throws IOException {
        assertThat(Files.readString(DOCUMENT)).contains(Messages.alertLine(tlsFlow().alert(1, 5, "suspicious_country",
            "Suspicious country", "{\"country\": \"FR\", \"peer\": \"server\"}".getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void shouldShowTheStatsLineThatTheEncoderWrites() throws IOException {
        final JsonText out = new JsonText(1024);
        new EveEncoder(Messages.NAMES, Messages.VERDICT_NAMES).stats(new StatsRecord(Messages.START_NS, Map.of(
            "received", 4120L, "parsed", 4090L, "not_ip", 30L, "malformed", 0L, "unsupported_link", 0L,
            "flows_created", 310L, "flows_ended", 310L, "flows_live", 0L)), out);

        assertThat(Files.readString(DOCUMENT))
            .contains(new String(out.bytes(), 0, out.position(), StandardCharsets.UTF_8));
    }

    @Test
    void shouldDescribeEveryFieldOfEveryKindOfFlow() throws IOException {
        final Messages everything = tlsFlow()
            .u8(FlowEventDescriptor.CLI2SRV_TCP_FLAGS, 0xFF)
            .metadataU8(FlowMetadataDescriptor.DNS_PRESENT, 1)
            .metadataU16(FlowMetadataDescriptor.DNS_QUERY_TYPE, 1)
            .metadataU16(FlowMetadataDescriptor.HTTP_STATUS, 200)
            .text(FlowMetadataDescriptor.HTTP_URL, "/")
            .text(FlowMetadataDescriptor.HTTP_METHOD, "GET")
            .text(FlowMetadataDescriptor.HTTP_USER_AGENT, "x")
            .text(FlowMetadataDescriptor.HTTP_CONTENT_TYPE, "x")
            .text(FlowMetadataDescriptor.SSH_CLIENT_SIGNATURE, "SSH-2.0-x")
            .text(FlowMetadataDescriptor.SSH_SERVER_SIGNATURE, "SSH-2.0-x")
            .text(FlowMetadataDescriptor.SSH_HASSH_CLIENT, "x")
            .text(FlowMetadataDescriptor.SSH_HASSH_SERVER, "x");
        final Messages troubled = new Messages().between(6, "10.0.0.1", 1, "10.0.0.2", 2);
        for (final int field : TROUBLES) {
            troubled.u32(field, 1);
        }
        troubled.u64(FlowEventDescriptor.CLI_HANDSHAKE_RTT_NS, 1000).u64(FlowEventDescriptor.SRV_HANDSHAKE_RTT_NS, 1000)
            .u16(FlowEventDescriptor.CLI2SRV_ICMP_ERRORS, 1).slice(1, Messages.START_NS, 0, 0, 0, 0);
        final Messages icmp = new Messages().between(1, "10.0.0.1", 0, "10.0.0.2", 0).traffic(1, 1, 1, 1)
            .u8(FlowEventDescriptor.ICMP_PRESENT, 1);
        final Messages other = new Messages().between(17, "10.0.0.1", 1, "10.0.0.2", 2)
            .text(FlowMetadataDescriptor.HOST_NAME, "x");
        final TreeSet<String> fields = new TreeSet<>();
        collect("", Json.read(Messages.flowLine(everything.flow())), fields);
        collect("", Json.read(Messages.flowLine(troubled.flow())), fields);
        collect("", Json.read(Messages.flowLine(icmp.flow())), fields);
        collect("", Json.read(Messages.flowLine(other.flow())), fields);
        collect("", Json.read(Messages.alertLine(everything.alert(1, 2, "k", "s", "text".getBytes(
            StandardCharsets.UTF_8)))), fields);
        collect("", Json.read(Messages.alertLine(everything.alert(1, 2, "k", "s", "{}".getBytes(
            StandardCharsets.UTF_8)))), fields);

        final String document = Files.readString(DOCUMENT);
        assertThat(fields).hasSizeGreaterThan(70)
            .allSatisfy(field -> assertThat(document).contains("`" + field + "`"));
    }

    private static void collect(final String prefix, final Map<?, ?> object, final TreeSet<String> fields) {
        object.forEach((name, value) -> {
            if (value instanceof final Map<?, ?> child && !child.isEmpty()) {
                collect(prefix + name + ".", child, fields);
            } else {
                fields.add(prefix + name);
            }
        });
    }

    private static Messages tlsFlow() {
        return new Messages()
            .between(6, "192.168.1.10", 51034, "2.2.2.2", 443)
            .u64(FlowEventDescriptor.FLOW_ID, 4711)
            .u16(FlowEventDescriptor.VLAN_ID, 120)
            .traffic(12, 3456, 10, 45678)
            .ndpi(8, 9, 1, 3, 3)
            .u64(FlowEventDescriptor.NDPI_RISK, 0b10)
            .u8(FlowEventDescriptor.CLI2SRV_TCP_FLAGS, 0x1B)
            .u8(FlowEventDescriptor.SRV2CLI_TCP_FLAGS, 0x1B)
            .u8(FlowEventDescriptor.STATE, 2)
            .metadataU16(FlowMetadataDescriptor.TLS_VERSION, 0x0303)
            .metadataU32(FlowMetadataDescriptor.TLS_NOT_BEFORE, 1_575_158_400L)
            .metadataU32(FlowMetadataDescriptor.TLS_NOT_AFTER, 1_606_780_799L)
            .metadataU8(FlowMetadataDescriptor.TLS_SHA1_PRESENT, 1)
            .metadataBytes(FlowMetadataDescriptor.TLS_SHA1, SHA1)
            .text(FlowMetadataDescriptor.HOST_NAME, "www.youtube.com")
            .text(FlowMetadataDescriptor.TLS_SUBJECT, "CN=*.google.com")
            .text(FlowMetadataDescriptor.TLS_ISSUER, "CN=GTS CA 1O1")
            .text(FlowMetadataDescriptor.TLS_JA3_CLIENT, "66918128f1b9b03303d77c6f2eefd128")
            .text(FlowMetadataDescriptor.TLS_JA3_SERVER, "eb1d94daa7e0344597e756a1fb6e7054")
            .text(FlowMetadataDescriptor.TLS_JA4, "t13d1516h2_8daaf6152771_e5627efa2ab1")
            .verdict(VerdictDescriptor.STATUS_BITMAP, 0b10L)
            .verdict(VerdictDescriptor.SCORE, 120)
            .verdict(VerdictDescriptor.CLIENT_SCORE, 80)
            .verdict(VerdictDescriptor.SERVER_SCORE, 40)
            .verdict(VerdictDescriptor.ALERTS, 1)
            .verdict(VerdictDescriptor.SRV_PLACE, Messages.place("FR"));
    }
}
