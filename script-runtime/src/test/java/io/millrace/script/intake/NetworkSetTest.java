package io.millrace.script.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkSetTest {
    private static final NetworkSet NETWORKS = NetworkSet.of(List.of(
        "10.0.0.0/8", "10.1.0.0/16", "192.0.2.128/25", "203.0.113.7", "2001:db8::/32", "2001:db8:1::/48", "ff02::1",
        "224.0.0.0/3"));

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0, true", "10.255.255.255, true", "11.0.0.0, false", "9.255.255.255, false", "192.0.2.128, true",
        "192.0.2.127, false", "203.0.113.7, true", "203.0.113.8, false", "255.255.255.255, true", "2001:db8::, true",
        "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff, true", "2001:db9::, false", "2001:db7:ffff::, false",
        "ff02::1, true", "ff02::2, false", "::, false"})
    void shouldHoldTheAddressesOfItsNetworks(final String address, final boolean held) throws IOException {
        final byte[] bytes = InetAddress.getByName(address).getAddress();
        final UnsafeBuffer buffer = new UnsafeBuffer(Arrays.copyOf(bytes, 16));
        assertThat(NETWORKS.contains(buffer, 0, bytes.length == 4 ? 4 : 6)).isEqualTo(held);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0, true", "10.255.255.255, true", "10.1.0.0, true", "10.1.255.255, true", "10.1.1.255, false",
        "192.0.2.128, true", "192.0.2.255, true", "192.0.2.129, false", "203.0.113.7, false", "11.0.0.0, false"})
    void shouldKnowTheEndsOfItsNetworksAndOfThoseWithinThem(final String address, final boolean isEnd)
        throws IOException {

        final UnsafeBuffer buffer = new UnsafeBuffer(Arrays.copyOf(InetAddress.getByName(address).getAddress(), 16));
        assertThat(NETWORKS.isEdgeOfNetwork(buffer, 0)).isEqualTo(isEnd);
        assertThat(NetworkSet.union(List.of(NETWORKS.ofEntry(3))).isEdgeOfNetwork(buffer, 0)).isEqualTo(isEnd);
    }

    @Test
    void shouldKeepOutermostNetworksOnly() {
        assertThat(NETWORKS.size()).isEqualTo(6);
        assertThat(NetworkSet.of(List.of()).contains(new UnsafeBuffer(new byte[16]), 0, 4)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "10.0.0.0/33", "::/129", "example.org", "10.0.0", "1.2.3.4.5", "10.0.0.0/x", "256.1.1.1", ""})
    void shouldNameWhatIsNoNetwork(final String text) {
        assertThatThrownBy(() -> NetworkSet.of(List.of(text))).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("'" + text + "'");
    }

    @Test
    void shouldReadAFileAndNameTheLineThatIsWrong(@TempDir final Path folder) throws IOException {
        final Path file = folder.resolve("list");
        Files.writeString(file, "# bad hosts\n192.0.2.1 # one\n\n2001:db8::/32\n");
        assertThat(NetworkSet.read(file).size()).isEqualTo(2);
        Files.writeString(file, "192.0.2.1\nnonsense\n");
        assertThatThrownBy(() -> NetworkSet.read(file)).hasMessageStartingWith(file + ":2: 'nonsense'");
        assertThatThrownBy(() -> NetworkSet.read(folder.resolve("gone"))).hasMessageContaining("no such file");
    }
}
