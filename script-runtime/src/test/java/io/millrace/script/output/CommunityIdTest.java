package io.millrace.script.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.event.FlowEvent;
import io.millrace.engine.event.FlowEventDescriptor;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expected values: the specification's own baseline table (seed 0, base64); ICMP types 3, 9 and 10: Wireshark. */
final class CommunityIdTest {
    private final CommunityId communityId = new CommunityId();

    @ParameterizedTest
    @CsvSource({
        "6,   128.232.110.120,              34855, 66.35.250.204,           80,    1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
        "6,   66.35.250.204,                80,    128.232.110.120,         34855, 1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
        "6,2001:470:e5bf:dead:4957:2174:e82c:4887, 63943, 2607:f8b0:400c:c03::1a, 25, 1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=",
        "6,2607:f8b0:400c:c03::1a, 25, 2001:470:e5bf:dead:4957:2174:e82c:4887, 63943, 1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=",
        "17,  192.168.1.52,                 54585, 8.8.8.8,                 53,    1:d/FP5EW3wiY1vCndhwleRRKHowQ=",
        "17,  8.8.8.8,                      53,    192.168.1.52,            54585, 1:d/FP5EW3wiY1vCndhwleRRKHowQ=",
        "132, 192.168.170.8,                7,     192.168.170.56,          7,     1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=",
        "132, 192.168.170.56,               7,     192.168.170.8,           7,     1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=",
        "46,  10.1.12.1,                    0,     10.1.12.2,               0,     1:KHlLkgoJW7ifUTyTSgyVfkFHzKw=",
        "46,  10.1.12.2,                    0,     10.1.12.1,               0,     1:KHlLkgoJW7ifUTyTSgyVfkFHzKw="})
    void shouldAgreeWithTheSpecificationsBaseline(
        final int protocol, final String client, final int clientPort, final String server, final int serverPort,
        final String expected) {
        assertThat(idOf(new Messages().between(protocol, client, clientPort, server, serverPort))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "1,  192.168.0.89,                    192.168.0.1,                     8,   0, 1:X0snYXpgwiv9TZtqg64sgzUn6Dk=",
        "1,  192.168.0.1,                     192.168.0.89,                    0,   0, 1:X0snYXpgwiv9TZtqg64sgzUn6Dk=",
        "1,  10.0.0.1,                        10.0.0.2,                        11,  0, 1:YHxtAirCG//0OzkcVAukqKQN9xM=",
        "1,  10.0.0.2,                        10.0.0.1,                        9,   0, 1:qhJTvE/Qez7ZPSOGlcKJAzRpSO0=",
        "1,  10.0.0.1,                        10.0.0.2,                        10,  0, 1:qhJTvE/Qez7ZPSOGlcKJAzRpSO0=",
        "1,  10.0.0.2,                        10.0.0.1,                        3,   3, 1:LhjXG72oBqb/FpYqPl9LboG4/B4=",
        "58, fe80::200:86ff:fe05:80da,        fe80::260:97ff:fe07:69ea,        135, 0, 1:dGHyGvjMfljg6Bppwm3bg0LO8TY=",
        "58, fe80::260:97ff:fe07:69ea,        fe80::200:86ff:fe05:80da,        136, 0, 1:dGHyGvjMfljg6Bppwm3bg0LO8TY=",
        "58, fe80::260:97ff:fe07:69ea,        fe80::200:86ff:fe05:80da,        135, 0, 1:zavyT/cezQr1fmImYCwYnMXbgck=",
        "58, 3ffe:501:1800:2345::2,           3ffe:507:0:1:200:86ff:fe05:80da, 3,   0, 1:2ObVBgIn28oZvibYZhZMBgh7WdQ=",
        "58, 3ffe:501:410:0:2c0:dfff:fe47:33e, 3ffe:507:0:1:200:86ff:fe05:80da, 1,  4, 1:hLZd0XGWojozrvxqE0dWB1iM6R0=",
        "58, 3ffe:507:0:1:200:86ff:fe05:80da, 3ffe:501:0:1001::2,              128, 0, 1:+TW+HtLHvV1xnGhV1lv7XoJrqQg=",
        "58, 3ffe:501:0:1001::2,              3ffe:507:0:1:200:86ff:fe05:80da, 129, 0, 1:+TW+HtLHvV1xnGhV1lv7XoJrqQg=",
        "58, fe80::200:86ff:fe05:80da,        ff02::2,                         133, 0, 1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0=",
        "58, fe80::260:97ff:fe07:69ea,        ff02::1,                         134, 0, 1:pkvHqCL88/tg1k4cPigmZXUtL00="})
    void shouldTakeTypesForPortsInIcmp(
        final int protocol, final String client, final String server, final int type, final int code,
        final String expected) {
        assertThat(idOf(new Messages().between(protocol, client, 0, server, 0)
            .u8(FlowEventDescriptor.CLI2SRV_ICMP_TYPE, type)
            .u8(FlowEventDescriptor.CLI2SRV_ICMP_CODE, code))).isEqualTo(expected);
    }

    private String idOf(final Messages message) {
        final FlowEvent event = new FlowEvent().wrap(new UnsafeBuffer(message.bareEvent()), 0);
        return new String(communityId.quotedOf(event), StandardCharsets.US_ASCII).replace("\"", "");
    }
}
