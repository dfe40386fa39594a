package io.millrace.script.external;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExternalAlertTest {
    @Test
    void shouldReadALineOfSuricata() throws ExternalAlert.MalformedException {
        final ExternalAlert alert = parse("""
            {"timestamp": "2026-01-01T00:00:00.000000+0000", "flow_id": 7, "event_type": "alert", "vlan": [3, 5],
            "src_ip": "192.0.2.1", "src_port": 40000, "dest_ip": "198.51.100.2", "dest_port": 443, "proto": "TCP",
            "tls": {"sni": "x", "more": [1, {"alert": 2}]},
            "alert": {"signature": "ET X", "category": "C", "severity": 1, "metadata": {"severity": 3, "a": ["b"]}}}
            """).orElseThrow();
        assertThat(new String(alert.text(), UTF_8)).isEqualTo("{\"source\":\"external\",\"severity_id\":2,\"alert\":"
            + "{\"signature\":\"ET X\",\"category\":\"C\",\"severity\":1,"
                + "\"metadata\":{\"severity\":3,\"a\":[\"b\"]}}}");
        final ByteBuffer key = ByteBuffer.wrap(alert.key()).order(ByteOrder.nativeOrder());
        assertThat(key.remaining()).isEqualTo(40);
        assertThat(new byte[] {key.get(0), key.get(3), key.get(4), key.get(16), key.get(19)})
            .containsExactly(192, 1, 0, 198, 2);
        assertThat(key.getShort(32)).isEqualTo((short) 40000);
        assertThat(key.getShort(34)).isEqualTo((short) 443);
        assertThat(key.get(36)).isEqualTo((byte) 6);
        assertThat(key.get(37)).isEqualTo((byte) 4);
        assertThat(key.getShort(38)).isEqualTo((short) 5);
    }

    @Test
    void shouldTakeSourceAndSeverityAsTheyAreGiven() throws ExternalAlert.MalformedException {
        final ExternalAlert alert = parse("{\"src_ip\":\"2001:db8::1\",\"dest_ip\":\"2001:db8::2\",\"proto\":58,"
            + "\"source\":\"zeek\",\"severity_id\":0,\"alert\":{}}").orElseThrow();
        assertThat(new String(alert.text(), UTF_8)).isEqualTo(
            "{\"source\":\"zeek\",\"severity_id\":0,\"alert\":{}}");
        assertThat(alert.key()[37]).isEqualTo((byte) 6);
    }

    @Test
    void shouldPassOverEventsOfOtherKinds() throws ExternalAlert.MalformedException {
        assertThat(parse("{\"event_type\":\"stats\",\"stats\":{\"uptime\":5}}")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        hello                                  | no valid JSON
        [1]                                    | no JSON object
        {"src_ip":                             | no valid JSON
        {"proto": "TCP"}                       | src_ip is missing
        {"src_ip": "one"}                      | src_ip is no address
        {"src_ip": 5}                          | src_ip must be a text
        {"src_ip": "1.2.3.4"}                  | dest_ip is missing
        {"src_ip": "1.2.3.4", "dest_ip": "::1"}| src_ip and dest_ip differ in kind
        {"src_port": 65536}                    | src_port must be from 0 to 65535
        {"src_port": 99999999999999999999}     | src_port must be from 0 to 65535
        {"src_port": "http"}                   | src_port must be a number
        {"proto": "QUIC"}                      | proto is not known: use its number
        {"proto": 256}                         | proto must be from 0 to 255
        {"src_ip": "1.2.3.4", "dest_ip": "1.2.3.5"} | proto is missing
        {"src_ip": "1.2.3.4", "dest_ip": "1.2.3.5", "proto": "17"} | alert is missing
        {"alert": "x"}                         | alert must be an object
        {"alert": {"a": 1}                     | no valid JSON
        {"vlan": [1, "x"]}                     | vlan must be a number
        """)
    void shouldSayWhyALineIsNoAlert(final String line, final String reason) {
        assertThatThrownBy(() -> parse(line)).isInstanceOf(ExternalAlert.MalformedException.class).hasMessage(reason);
    }

    private static Optional<ExternalAlert> parse(final String line) throws ExternalAlert.MalformedException {
        final byte[] bytes = line.getBytes(UTF_8);
        return ExternalAlert.parse(bytes, bytes.length);
    }
}
