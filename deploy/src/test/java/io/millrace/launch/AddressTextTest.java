package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressTextTest {
    @ParameterizedTest
    @CsvSource({
        "::, ::", "::1, ::1", "2001:db8::1, 2001:db8::1", "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1", "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1", "fe80::, fe80::",
        "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8", "0:1:2:3:4:5:6:0, 0:1:2:3:4:5:6:0"})
    void shouldWriteIpv6AsRfc5952Says(final String address, final String expected) throws UnknownHostException {
        assertThat(AddressText.endpoint(bytes(address), 0, 6)).isEqualTo(expected);
    }

    @Test
    void shouldSetAnIpv6AddressApartFromItsPort() throws UnknownHostException {
        assertThat(AddressText.endpoint(bytes("2001:db8::1"), 443, 6)).isEqualTo("[2001:db8::1]:443");
        assertThat(AddressText.endpoint(bytes("192.0.2.255"), 53, 4)).isEqualTo("192.0.2.255:53");
    }

    private static byte[] bytes(final String address) throws UnknownHostException {
        return Arrays.copyOf(InetAddress.getByName(address).getAddress(), 16);
    }
}
